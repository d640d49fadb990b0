"""Display values by numpy in float64, straight from the clauses of PS3.3: what the screen must show, byte for byte."""

import numpy as np


def stored(ds):
    """Stored values of a native single-frame grey image, from its bytes (PS3.5 §8)."""
    if ds.BitsAllocated == 1:
        bits = np.unpackbits(np.frombuffer(ds.PixelData, np.uint8), bitorder="little")
        return bits[: ds.Rows * ds.Columns].reshape(ds.Rows, ds.Columns).astype(np.int64)
    order = ">" if ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.2" else "<"
    words = np.frombuffer(ds.PixelData, f"{order}u{ds.BitsAllocated // 8}")[: ds.Rows * ds.Columns].astype(np.int64)
    values = (words >> (ds.HighBit + 1 - ds.BitsStored)) & ((1 << ds.BitsStored) - 1)
    if ds.PixelRepresentation:
        values = np.where(values >> (ds.BitsStored - 1), values - (1 << ds.BitsStored), values)
    return values.reshape(ds.Rows, ds.Columns)


def voi(x, center, width, function="LINEAR"):
    """PS3.3 §C.11.2.1.2.1, §C.11.2.1.3.1 and §C.11.2.1.3.2 with ymin 0 and ymax 255."""
    if function == "SIGMOID":
        return 255 / (1 + np.exp(-4 * (x - center) / width))
    if function == "LINEAR_EXACT":
        low, high = center - width / 2, center + width / 2
        inside = (x - center) * 255 / width + 127.5  # multiplied first: exact halves stay exact
    else:
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        inside = (x - (center - 0.5)) * 255 / (width - 1) + 127.5 if width > 1 else np.zeros_like(x, float)
    return np.where(x <= low, 0, np.where(x > high, 255, inside))


def shown(ds, window=None, values=None):
    """Grey values on screen; `window` (center, width) instead of the object's first."""
    values = stored(ds) if values is None else values
    x = values * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    first = lambda value: float(value[0]) if hasattr(value, "__len__") and not isinstance(value, str) else float(value)
    if window:
        center, width = window
    elif "WindowCenter" in ds:
        center, width = first(ds.WindowCenter), first(ds.WindowWidth)
    else:
        center, width = 2 ** (ds.BitsStored - 1), 2**ds.BitsStored  # eight bits over their whole range
    grey = np.floor(voi(x, center, width, ds.get("VOILUTFunction", "LINEAR")) + 0.5)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    if "PixelPaddingValue" in ds:
        grey = np.where(values == ds.PixelPaddingValue, 0, grey)
    return grey.astype(np.uint8)


def rgb(ds):
    """Colour on screen: planes to pixels, YBR_FULL to RGB (§C.7.6.3.1.2)."""
    array = np.frombuffer(ds.PixelData, np.uint8)[: ds.Rows * ds.Columns * 3]
    array = array.reshape(3, ds.Rows, ds.Columns).transpose(1, 2, 0) if ds.PlanarConfiguration else array.reshape(ds.Rows, ds.Columns, 3)
    if ds.PhotometricInterpretation == "YBR_FULL":
        y, cb, cr = (array.astype(float) - [0, 128, 128]).transpose(2, 0, 1)
        array = np.stack([y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb], -1)
        array = np.clip(np.floor(array + 0.5), 0, 255)
    return array.astype(np.uint8)
