"""Pictures of any mode and colour profile to sRGB, on white where they are transparent."""

import functools
import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms

UNSEEN = 2  # of 255: colours that a profile moves by less are left as they are
STRIP = 256  # rows stretched at once, to bound memory
OUTSIDE = 1e30  # from here on a number stands for none, as the largest floats do in maps
NO_DATA = 42113  # GDAL's tag: the number that stands for none
SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert a picture of any mode to RGB as sRGB means it.

    Transparency is laid on white; grey deeper than 8 bits is stretched over its own range.
    """
    profile = image.info.get("icc_profile")
    if image.mode == "RGB" and "transparency" not in image.info and not profile:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return stretch_grey(image)
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colours = _to_srgb(_without_alpha(image), profile)
    if alpha is not None:
        colours = Image.composite(colours, Image.new("RGB", image.size, "white"), alpha)
    for name in ("icc_profile", "transparency"):
        colours.info.pop(name, None)
    return colours


def stretch_grey(image: Image.Image) -> Image.Image:
    """Stretch grey of more than 8 bits, whole numbers or floats, from its darkest to its brightest.

    NaN, infinity and what a map says stands for no data are black and do not count.
    """
    values = np.asarray(image)
    absent = _no_data(image)
    grey = np.zeros(values.shape, np.uint8)
    strips = [slice(at, at + STRIP) for at in range(0, len(values), STRIP)]
    masks = [_find_colours(values[rows], absent) for rows in strips]
    kept = [values[rows][mask] for rows, mask in zip(strips, masks, strict=True) if mask.any()]
    if kept:
        low, high = min(float(v.min()) for v in kept), max(float(v.max()) for v in kept)
        for rows, mask in zip(strips, masks, strict=True):
            strip = np.where(mask, values[rows], low).astype(np.float64)
            grey[rows] = np.where(mask, _stretch(strip, low, high, image.mode), 0)
    return Image.fromarray(grey).convert("RGB")


def _find_colours(values: np.ndarray, absent: float | None) -> np.ndarray:
    """Tell which values are colours: (n, d) bool."""
    counts = np.ones(values.shape, bool) if absent is None else values != absent
    return counts & (np.abs(values) < OUTSIDE) if values.dtype.kind == "f" else counts


def _stretch(values: np.ndarray, low: float, high: float, mode: str) -> np.ndarray:
    if high > low:
        return (values - low) * (255 / (high - low)) + 0.5
    # Of one colour: as bright as such numbers usually are.
    if mode.startswith("I"):
        return np.clip(values / 257 if mode != "I" or high > 255 else values, 0, 255)
    return np.clip(values * 255 if high <= 1 else values, 0, 255)


def _no_data(image: Image.Image) -> float | None:
    tags: Any = getattr(image, "tag_v2", {})
    try:
        return float(str(tags.get(NO_DATA, "")).strip("\0 "))
    except ValueError:
        return None


def _without_alpha(image: Image.Image) -> Image.Image:
    """Return the colours alone, in a mode that profiles speak of."""
    mode = {"LA": "L", "La": "L", "1": "L"}.get(image.mode, image.mode)
    mode = mode if mode in SPACES else "RGB"
    if image.mode in {"La", "RGBa"}:
        image = image.convert(image.mode.upper())
    if image.mode == mode:
        return image
    # Not convert(): from RGBA and LA it keeps the colours, from palettes it takes them.
    return image.convert(mode)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    transform = _find_transform(profile, image.mode) if profile else None
    if transform is None and image.mode == "L" and profile:
        # Grey pictures with a profile of three colours are usual.
        return _to_srgb(image.convert("RGB"), profile)
    if transform is None or transform is UNCHANGED:
        return image.convert("RGB")
    converted: Image.Image = transform.apply(image)
    return converted


UNCHANGED = object()


@functools.lru_cache(16)
def _find_transform(profile: bytes, mode: str) -> Any:
    """Return what turns colours of a mode and profile into sRGB.

    UNCHANGED where the difference cannot be seen; None where the profile is broken or of others.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        probe = _probe(mode)
        if probe is None:
            return transform
        moved = np.asarray(transform.apply(probe)).astype(int) - np.asarray(probe.convert("RGB"))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return transform if np.abs(moved).max() > UNSEEN else UNCHANGED


def _probe(mode: str) -> Image.Image | None:
    """Draw a picture with colours from all over a mode's range; None where it is never sRGB."""
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    if mode == "L":
        return Image.fromarray(steps[None])
    if mode == "RGB":
        colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(18, -1, 3)
        return Image.fromarray(colours)
    return None
