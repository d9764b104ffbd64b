"""The usual names of columns: Unsplash's, and those elsewhere, the best first."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

IDS = ("photo_id", "id", "image_id", "uid", "uuid", "key", "imageid")
LATER_IDS = {"imageid"}  # which earlier versions did not know: their photos have addresses as ids
ADDRESSES = (
    *("photo_image_url", "image_url", "url", "image_link", "img_url", "imageurl", "img_link"),
    *("download_url", "media_url", "image_src", "link", "src", "address", "href", "uri"),
    *("file", "path", "sourcefile", "file_path", "filepath", "image_path", "img_path"),
    "local_path",
    *("filename", "file_name", "image_file", "image_name", "image", "img", "picture", "photo"),
    *("coco_url", "flickr_url", "photo_url"),
    *(
        "datei",
        "dateiname",
        "bild",
        "fichier",
        "archivo",
        "imagen",
        "immagine",
        "arquivo",
        "imagem",
    ),
    *("файл", "изображение", "文件", "文件名", "图片", "ファイル", "画像", "파일", "이미지"),
)
# What a picture itself is called: no page.
PICTURES = re.compile(
    r"^(image|img|picture|photo)$|(image|img|picture)_?(url|src)$"
    r"|(^|\.)(image|img|picture|photo)s\.(url|src|link|href)$"
)
# What the pictures of a thing are listed under; others show its makers, parts and readers.
SHOWN = re.compile(r"image|img|photo|pic|media|galler|attach|asset|file", re.IGNORECASE)
FOLDERS = {"folder", "directory", "relativepath", "relative_path"}  # that a file's name starts from
CAPTIONS = (
    *("photo_description", "description", "caption", "image_description", "imagedescription"),
    *("caption_abstract", "dc_description", "abstract", "title", "text", "txt", "alt_text", "alt"),
    *("image_alt_text", "alt_description"),
    *("sentence", "prompt", "captions", "ai_description", "short_description", "product_name"),
    "itemlabel",  # of Wikidata: what a thing is called
    "comment",  # of Flickr30k
    *(
        "beschreibung",
        "bildbeschreibung",
        "bildunterschrift",
        "titel",
        "légende",
        "legende",
        "titre",
    ),
    *("descripción", "descripcion", "título", "titulo", "leyenda", "descrizione", "didascalia"),
    *("titolo", "descrição", "descricao", "legenda", "beschrijving", "opis", "описание", "подпись"),
    *(
        "название",
        "текст",
        "描述",
        "说明",
        "标题",
        "説明",
        "キャプション",
        "タイトル",
        "설명",
        "제목",
    ),
)
LABELS = (
    *("label_name", "class_name", "category_name", "label", "class", "category", "labels"),
    *("labelname", "classname", "categoryname", "choice", "categories"),
    *("kategorie", "klasse", "catégorie", "categorie", "classe", "étiquette", "etiquette"),
    *("categoría", "categoria", "clase", "etiqueta", "etichetta", "kategoria", "klasa"),
    *("kategori", "klass", "etiket", "etikett", "sınıf", "luokka"),
    *("категория", "класс", "метка", "类别", "标签", "分类", "カテゴリ", "ラベル", "라벨", "분류"),
)
LABEL_NUMBERS = ("class_id", "classid", "category_id", "label_id", "labelid")
LABEL_NAME = re.compile(r"^(?!(n|num|is|has|no|item)_)\w*_(labels?|class|category)$")
# The words of classes in what Label Studio exports, and where the numbers of these stand elsewhere:
# in the manifests of SageMaker, and in Vertex AI's.
STUDIOS = re.compile(r"\.choices$|(^|\.)(rectangle|polygon|brush|ellipse|keypoint)labels$")
CLASS_WORDS = re.compile(
    rf"-metadata\.class-name$|^classificationAnnotation\.displayName$|{STUDIOS.pattern}"
)
# The same within what is said of a picture or of its boxes, the surest first: in FiftyOne's
# samples, in the JSON of CreateML, Scale, SuperAnnotate, Labelbox, Encord and Google Vision, in
# VIA's regions.
BOXES = r"(^|\.)(annotations|instances|objects|shapes|labels|regions|boxes|detections)"
ANNOTATED = (
    re.compile(r"(^|\.)ground_?truth(\.\w+)*\.label$"),
    re.compile(rf"{BOXES}(\.\w+)*\.(label|class|category|(class|category)_?name|class_?title)$"),
    re.compile(r"(^|\.)((annotations|labels)\.objects|labels)\.name$"),
    re.compile(r"(^|\.)classifications\.\w*answers?\.name$"),
    re.compile(r"(^|\.)labelannotations\.description$"),
    re.compile(r"(^|\.)region_attributes\.(class|label|name|type)$"),
    re.compile(r"(^|\.)region_attributes(\.\w+)?$"),
)
ALTITUDE, LATITUDES = "alt", {"lat", "latitude", "gpslatitude", "gps_latitude"}  # no text
TAXONOMY = {"class", "family", "genus"}  # where these are columns, Mammalia is a class
# Addresses of something else than the picture itself, and of smaller ones.
PAGE_NAMES = re.compile(
    r"(^|[_.])(page(?!_(image|photo|picture|scan)s?$)|profile|author|landing|homepage|guid|permalink)"
    r"([_.]|$)"
    r"|(^|_)source(_|$)|iiif_(\w+_)?(base|info|service|manifest)"
    r"|(^|[_.])(record|self|shown_at)([_.](link|ur[il]|href))?$"
)
RIGHTS_NAMES = re.compile(r"(^|[_.])(licen[sc]e(?!_plate)|rights)(ur[il])?([_.]|$)")
SMALL_NAMES = re.compile(
    r"thumb|(^|[_.])(preview|icon|logo|avatar|small|tiny|sq)s?([_.]|$)|^url_[tsqnm]$", re.IGNORECASE
)
LARGE_NAMES = (  # the largest last
    re.compile(r"(^|[_.])(large|big)|^url_l$"),
    re.compile(r"(^|[_.])(full|xl|highres)|^url_[hk]$"),
    re.compile(r"(^|[_.])orig(inal)?|(^|[_.])raw([_.]|$)|^url_o$"),
)
PIXELS = re.compile(r"\d{2,5}")
# Parts of a data set, as Google's AutoML names them before each row: no labels.
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
SPLITS |= {"trainval", "unassigned"}
# What exiftool writes before a field, Dublin Core in its spellings, and Wikimedia Commons.
GROUP = re.compile(
    r"((exif\w*|ifd0|xmp(-\w+)?|iptc|system|file|composite):|(dublin core|dc(terms)?)[:.]"
    r"|dc(?=(?-i:[A-Z]))|(.*\.)?extmetadata\.(?=\w+\.value$))",
    re.IGNORECASE,
)
BEHIND = re.compile(r"\[[\w-]*\]$|(?<=.)\.value$", re.IGNORECASE)  # a language, as DSpace has it
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Pictures that say something of another one, or show it small, such as 0001.seg.png.
COMPANIONS = {
    *("seg", "segm", "segmentation", "semseg", "mask", "masks", "alpha", "depth", "normal"),
    *("normals", "edge", "edges", "canny", "label", "labels", "annotation", "thumb", "thumbnail"),
}
# The table's own columns, and the names that each may come from.
METADATA: dict[str, tuple[str, ...]] = {
    "width": ("photo_width", "width", "image_width", "original_width", "imagewidth"),
    "height": ("photo_height", "height", "image_height", "original_height", "imageheight"),
    "description": CAPTIONS,
    "photographer": (
        *("photographer", "author", "artist", "photographer_username", "creator", "dc_creator"),
        *("fotograf", "photographe", "fotógrafo", "fotografo", "фотограф", "摄影师", "撮影者"),
    ),
    "camera": ("camera", "camera_model", "cameramodel"),
    "country": ("photo_location_country", "country"),
    "city": ("photo_location_city", "city"),
    "taken": (
        *("photo_submitted_at", "taken", "taken_at", "date_taken", "datetime_original", "date"),
        *("datetimeoriginal", "date_time_original", "capture_date", "date_captured", "datetaken"),
        *("capture_time", "captured_at"),
        *("originalcreationdate", "observed_on", "eventdate", "event_date", "creation_timestamp"),
        *("date_created", "datecreated"),
        *("datetime", "created", "created_at", "created_utc", "timestamp", "dc_date"),
        *("datum", "aufnahmedatum", "fecha", "дата", "日期", "拍摄日期", "撮影日", "날짜"),
    ),
    "views": ("stats_views", "views"),
    "downloads": ("stats_downloads", "downloads"),
    "label": LABELS,
}
# Two columns of Unsplash's that together are one of ours.
PAIRS = {
    "photographer": ("photographer_first_name", "photographer_last_name"),
    "camera": ("exif_camera_make", "exif_camera_model"),
}
KNOWN = {*IDS, *ADDRESSES, *PAIRS["photographer"], *PAIRS["camera"]}
KNOWN |= {name for names in METADATA.values() for name in names}


@lru_cache(4096)
def usual(name: str) -> str:
    """Return a column's name as the usual names are written: `Image URL` is image_url."""
    name = name.strip().strip("\ufeff")
    if group := GROUP.match(name):
        name = BEHIND.sub("", name[group.end() :])
    return re.sub(r"[^\w.]+", "_", name.lower()).strip("_")


def is_small(name: str) -> bool:
    """Tell whether a column of this name holds small copies: `urls.thumb`, `previewUrl`."""
    return bool(SMALL_NAMES.search(usual(CAMEL.sub("_", name))))


def rank_size(name: str) -> tuple[int, int]:
    """Tell how large the pictures are that a column says it holds, in a word and in pixels.

    Each is 0 where it does not say so; only small copies are called by pixels: `thumb_1024_url`.
    """
    spelled = usual(CAMEL.sub("_", name))
    word = max((n for n, each in enumerate(LARGE_NAMES, 1) if each.search(spelled)), default=0)
    pixels = map(int, PIXELS.findall(spelled) if is_small(name) else ())
    return word, max(pixels, default=0)


def is_known(name: str) -> bool:
    """Tell whether a column's name is one of the usual ones."""
    return usual(name) in KNOWN


def find_annotated(names: Sequence[str]) -> list[str]:
    """Return the columns of classes within annotations, the surest first; no predicted ones."""
    found = [name for name in names if "predict" not in name.lower()]
    return [name for each in ANNOTATED for name in found if each.search(usual(name))]


def find_label(names: Iterable[str]) -> str | None:
    """Return the only column whose last word is that of labels: `Finding Labels`; else None."""
    found = [name for name in names if LABEL_NAME.search(usual(CAMEL.sub("_", name)))]
    return found[0] if len(found) == 1 else None


def call_within(address: str | None, named: dict[str, str]) -> dict[str, str]:
    """Call columns beside a nested address by their own names, too: `data.text` is a caption.

    So are those beside what it lies in, the nearest first: `fields.title` for `fields.file.url`.

    In what exiftool lists, `Make` and `Model` are those of the camera.

    Args:
        address: the column of addresses.
        named: columns by their usual names; a class among ranks of living things is left out, and
            so is an altitude beside a latitude.
    """
    outer = (address or "").split(".")[:-1]
    if "sourcefile" in {*named, usual(address or "")}:
        camera = zip(PAIRS["camera"], ("make", "model"), strict=True)
        named = {part: named[name] for part, name in camera if name in named} | named
    if named.keys() >= TAXONOMY:
        named = {name: column for name, column in named.items() if name != "class"}
    if ALTITUDE in named and LATITUDES & named.keys():
        named = {name: column for name, column in named.items() if name != ALTITUDE}
    beside: dict[str, str] = {}
    for depth in range(1, len(outer) + 1):
        within = ".".join(outer[:depth]) + "."
        near = (name for name in named.values() if name.startswith(within))
        beside |= {usual(name.removeprefix(within)): name for name in near}
    return beside | named
