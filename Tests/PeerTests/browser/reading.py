"""Studies for reading several images at once: one patient, series cut in different ways, priors, mammograms; values by formula."""

import numpy as np
from generated import SOP, base, grey, uid
from pydicom.dataset import Dataset

IDA = ("Reader^Ida", "RD-1001", "19550712", "F")
SIZE = 64


def cut(study, series, number, orientation, origin, step, count, *, frame, modality="CT", patient=IDA, spacing=(2.0, 2.0), size=SIZE, **values):
    """A series of parallel images: `origin` of the first, `step` from image to image (LPS mm). The pixel values tell series and image apart."""
    files = []
    for n in range(count):
        ds = base(study, series, n + 1, modality, patient, SeriesNumber=number, SeriesDescription=series, **values)
        y, x = np.mgrid[0:size, 0:size]
        grey(ds, (number * 400 + n * 10 + (x + y) % 64).astype(np.uint16), 12)
        ds.RescaleSlope, ds.RescaleIntercept = 1, 0
        ds.WindowCenter, ds.WindowWidth = 1000, 2000
        ds.PixelSpacing, ds.SliceThickness = list(spacing), float(np.linalg.norm(step))
        ds.ImageOrientationPatient = orientation
        ds.ImagePositionPatient = [round(float(o + n * s), 4) for o, s in zip(origin, step)]
        if frame:
            ds.FrameOfReferenceUID = uid(study, frame)
        files.append(ds)
    return files


AXIAL, SAGITTAL, OBLIQUE = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [0.866025, 0.5, 0, -0.25, 0.433013, -0.866025]


def current(study="reading", date="20260601", patient=IDA, **values):
    """thick and thin axial, sagittal, oblique in one frame of reference; another frame; no orientation at all."""
    more = {"StudyDescription": "CT abdomen", "StudyDate": date, "BodyPartExamined": "ABDOMEN", "patient": patient, **values}
    files = cut(study, "thick", 1, AXIAL, [-64, -64, 100], [0, 0, -5], 20, frame="one", **more)
    files += cut(study, "thin", 2, AXIAL, [-50, -70, 110], [0, 0, -1.25], 96, frame="one", spacing=(2.5, 2.0), **more)
    files += cut(study, "sagittal", 3, SAGITTAL, [-40, -60, 90], [5, 0, 0], 16, frame="one", spacing=(1.5, 1.75), **more)
    files += cut(study, "oblique", 4, OBLIQUE, [-40, -45, 125], [2.165, -3.75, -2.5], 12, frame="one", **more)
    files += cut(study, "elsewhere", 5, AXIAL, [-64, -64, 1000], [0, 0, -4], 30, frame="two", **more)
    for ds in cut(study, "unplaced", 6, AXIAL, [0, 0, 0], [0, 0, -1], 3, frame=None, **more):
        del ds.ImageOrientationPatient, ds.ImagePositionPatient
        files.append(ds)
    return files


def point(ds, column, row):
    """Patient coordinates of a pixel's centre, PS3.3 equation C.7.6.2.1-1."""
    x, y = np.array(ds.ImageOrientationPatient[:3], float), np.array(ds.ImageOrientationPatient[3:], float)
    rows, columns = (float(v) for v in ds.PixelSpacing)
    return np.array(ds.ImagePositionPatient, float) + x * columns * column + y * rows * row


def crossing(target, other):
    """
    Ends of the line in which the picture of `other` cuts that of `target`, in image points of `target` (0, 0: its outer corner), found by
    walking along the border of each picture: where its corners change sides of the other plane, the border crosses it.
    """
    def corners(ds):
        return [point(ds, c - 0.5, r - 0.5) for c, r in ((0, 0), (ds.Columns, 0), (ds.Columns, ds.Rows), (0, ds.Rows))]

    def plane(ds):
        return np.cross(np.array(ds.ImageOrientationPatient[:3], float), np.array(ds.ImageOrientationPatient[3:], float)), point(ds, 0, 0)

    def cuts(border, normal, at):
        found = []
        for a, b in zip(border, border[1:] + border[:1]):
            da, db = np.dot(a - at, normal), np.dot(b - at, normal)
            if da * db < 0:
                found.append(a + (b - a) * da / (da - db))
        return found

    own, others = cuts(corners(target), *plane(other)), cuts(corners(other), *plane(target))
    if len(own) < 2 or len(others) < 2:
        return None
    direction = own[1] - own[0]
    direction /= np.linalg.norm(direction)
    span = lambda ends: sorted(float(np.dot(e - own[0], direction)) for e in ends)
    (low, high), (low2, high2) = span(own), span(others)
    low, high = max(low, low2), min(high, high2)
    if high <= low:
        return None
    normal, at = plane(target)
    rows, columns = (float(v) for v in target.PixelSpacing)
    on = lambda p: (float(np.dot(p - at, target.ImageOrientationPatient[:3]) / columns + 0.5), float(np.dot(p - at, target.ImageOrientationPatient[3:]) / rows + 0.5))
    return [on(own[0] + direction * t) for t in (low, high)]


SOP["MG"] = "1.2.840.10008.5.1.4.1.1.1.2"
VIEW_CODES = {"CC": ("399162004", "cranio-caudal"), "MLO": ("399368009", "medio-lateral oblique")}


def mammogram(study, number, laterality, view, orientation, *, coded=False, date="20260601", patient=IDA, **values):
    """A breast as a half ellipse at the side of the chest wall; `orientation` (row, column) says how it is stored, and the pixels follow it."""
    ds = base(study, "mg", number, "MG", patient, StudyDate=date, StudyDescription="Mammography", SeriesDescription="Screening", BodyPartExamined="BREAST", PresentationIntentType="FOR PRESENTATION", **values)
    rows, columns = 96, 64
    y, x = np.mgrid[0:rows, 0:columns]
    picture = np.where(((x - 0) / 50.0) ** 2 + ((y - 48) / 40.0) ** 2 < 1, 3000, 100)  # the chest wall at the left edge, as of a left breast stored A\...
    picture[:12, :20] = 2000  # up: the armpit, or the outer side
    toward = {"P": picture[:, ::-1], "A": picture}[orientation[0][0]]
    down = {"L": "LR", "R": "RL", "F": "FH", "H": "HF"}[orientation[1][0]]
    upright = {"CC": "L" if laterality == "R" else "R", "MLO": "F"}[view]
    grey(ds, np.ascontiguousarray(toward if down[0] == upright else toward[::-1]).astype(np.uint16), 12)
    ds.PatientOrientation = list(orientation)
    ds.ImagerPixelSpacing = [0.1, 0.1]
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    ds.ImageLaterality = laterality
    if coded:
        ds.ViewCodeSequence = [Dataset()]
        code = ds.ViewCodeSequence[0]
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = VIEW_CODES[view][0], "SCT", VIEW_CODES[view][1]
    else:
        ds.ViewPosition = view
    return ds


def screening(study="screening", **values):
    """Four views in no order, two of them stored the other way round, and one more that is no standard view."""
    return [
        mammogram(study, 1, "L", "MLO", ("P", "F"), coded=True, **values), mammogram(study, 2, "R", "CC", ("P", "L"), **values),
        mammogram(study, 3, "R", "MLO", ("A", "F"), **values), mammogram(study, 4, "L", "CC", ("A", "L"), coded=True, **values),
    ]
