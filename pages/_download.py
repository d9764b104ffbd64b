"""Files to download that are streamed from disk: Streamlit's own button holds them in memory."""

from pathlib import Path

import streamlit as st

from explorer.addresses import download_url


def offer_file(path: Path, name: str) -> None:
    """Offer a file that was prepared beside the store, with its size.

    Args:
        path: in a folder of `explorer.downloads.make_place`.
        name: what the file is called where it arrives.
    """
    size = path.stat().st_size
    large = f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size, 100_000) / 1e6:.1f} MB"
    st.link_button(
        f"Download {name} ({large})", download_url(path, name), icon=":material/download:"
    )
