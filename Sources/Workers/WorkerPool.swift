import DICOM
import DICOMImage
