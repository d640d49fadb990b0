"""Display values by numpy in float64, straight from the clauses of PS3.3: what the screen must show, byte for byte."""

import numpy as np


def stored(ds):
    """Stored values of a single-frame grey image, from its bytes (PS3.5 §8); packed ones by pydicom."""
    if "FloatPixelData" in ds:
        return np.frombuffer(ds.FloatPixelData, "<f4").reshape(ds.Rows, ds.Columns).astype(float)
    if ds.file_meta.TransferSyntaxUID.is_compressed:
        return ds.pixel_array.astype(np.int64)
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
    if "ModalityLUTSequence" in ds:
        x = looked(ds.ModalityLUTSequence[0], values)
    first = lambda value: float(value[0]) if hasattr(value, "__len__") and not isinstance(value, str) else float(value)
    if window:
        center, width = window
    elif "WindowCenter" in ds:
        center, width = first(ds.WindowCenter), first(ds.WindowWidth)
    else:
        center, width = 2 ** (ds.BitsStored - 1), 2**ds.BitsStored  # eight bits over their whole range
    if "VOILUTSequence" in ds and window is None:
        item = ds.VOILUTSequence[0]
        grey = np.floor(looked(item, x) / (2 ** item.LUTDescriptor[2] - 1) * 255 + 0.5)
    else:
        grey = np.floor(voi(x, center, width, ds.get("VOILUTFunction", "LINEAR")) + 0.5)
    if ds.PhotometricInterpretation == "MONOCHROME1" or ds.get("PresentationLUTShape") == "INVERSE":
        grey = 255 - grey
    if "PixelPaddingValue" in ds:
        grey = np.where((values >= ds.PixelPaddingValue) & (values <= ds.get("PixelPaddingRangeLimit", ds.PixelPaddingValue)), 0, grey)
    return above(ds, grey).astype(np.uint8)


def looked(item, values):
    """A table (§C.11.1.1.1): below its first input the first entry, above its last the last."""
    _, first, _ = item.LUTDescriptor
    entries = np.frombuffer(item.LUTData, "<u2").astype(np.int64)
    return entries[np.clip(np.rint(values).astype(int) - first, 0, len(entries) - 1)]


def above(ds, grey):
    """Shutters (§C.7.6.11) hide, then overlays (§C.9.2) are drawn black on bright and white on dark."""
    row, column = np.indices(grey.shape) + 1
    if "ShutterShape" in ds:
        seen = (column >= ds.ShutterLeftVerticalEdge) & (column <= ds.ShutterRightVerticalEdge) & (row >= ds.ShutterUpperHorizontalEdge) & (row <= ds.ShutterLowerHorizontalEdge)
        middle = ds.CenterOfCircularShutter
        seen &= (row - middle[0]) ** 2 + (column - middle[1]) ** 2 <= ds.RadiusOfCircularShutter ** 2
        # The polygon 1 1, 128 1, 128 128, 40 128 (rows, columns): below its slanting upper edge.
        seen &= row >= 1 + (column - 1) * 39 / 127
        grey = np.where(seen, grey, round(ds.ShutterPresentationValue / 65535 * 255))
    drawn = np.zeros(grey.shape, bool)
    for group in range(0x6000, 0x6020, 2):
        if (group, 0x3000) in ds:
            rows, columns, (top, left) = ds[group, 0x10].value, ds[group, 0x11].value, ds[group, 0x50].value
            plane = np.unpackbits(np.frombuffer(ds[group, 0x3000].value, np.uint8), bitorder="little")[: rows * columns].reshape(rows, columns)
            for y, x in np.argwhere(plane):
                if 0 <= y + top - 1 < grey.shape[0] and 0 <= x + left - 1 < grey.shape[1]:
                    drawn[y + top - 1, x + left - 1] = True
        elif (group, 0x102) in ds:
            drawn |= (np.frombuffer(ds.PixelData, "<u2").reshape(grey.shape) >> ds[group, 0x102].value & 1).astype(bool)
    return np.where(drawn, np.where(grey > 128, 0, 255), grey)


def palette(ds):
    """Entries of 16 bits give their upper byte (§C.7.6.3.1.5)."""
    values, channels = stored(ds), []
    for name in ("Red", "Green", "Blue"):
        count, first, _ = ds[f"{name}PaletteColorLookupTableDescriptor"].value
        if f"Segmented{name}PaletteColorLookupTableData" in ds:
            _, _, start, _, steps, end = np.frombuffer(ds[f"Segmented{name}PaletteColorLookupTableData"].value, "<u2").astype(int)
            entries = np.array([start + round((end - start) * n / steps) for n in range(steps + 1)])
        else:
            entries = np.frombuffer(ds[f"{name}PaletteColorLookupTableData"].value, "<u2")
        channels.append(entries[np.clip(values - first, 0, count - 1)] >> 8)
    return np.stack(channels, -1).astype(np.uint8)


def rgb(ds):
    """Colour on screen: planes to pixels, YBR_FULL to RGB (§C.7.6.3.1.2)."""
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        return palette(ds)
    if ds.file_meta.TransferSyntaxUID.is_compressed:
        return ds.pixel_array
    array = np.frombuffer(ds.PixelData, np.uint8)[: ds.Rows * ds.Columns * 3]
    array = array.reshape(3, ds.Rows, ds.Columns).transpose(1, 2, 0) if ds.PlanarConfiguration else array.reshape(ds.Rows, ds.Columns, 3)
    if ds.PhotometricInterpretation == "YBR_FULL":
        y, cb, cr = (array.astype(float) - [0, 128, 128]).transpose(2, 0, 1)
        array = np.stack([y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb], -1)
        array = np.clip(np.floor(array + 0.5), 0, 255)
    return array.astype(np.uint8)
