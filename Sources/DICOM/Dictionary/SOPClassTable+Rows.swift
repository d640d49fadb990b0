// Written by Tools/generate-dictionary.py from sop-classes.tsv: change those, not this.
extension SOPClassTable {
    /// Tab-separated: UID, S = storage, keyword, name, IOD, R = retired. Ends of rows without content are left out.
    static let rows: StaticString = #"""
1.2.840.10008.1.1		Verification	Verification SOP Class
1.2.840.10008.1.3.10	S	MediaStorageDirectoryStorage	Media Storage Directory Storage	Basic Directory
1.2.840.10008.1.9		BasicStudyContentNotification	Basic Study Content Notification SOP Class		R
1.2.840.10008.1.20.1		StorageCommitmentPushModel	Storage Commitment Push Model SOP Class
1.2.840.10008.1.20.2		StorageCommitmentPullModel	Storage Commitment Pull Model SOP Class		R
1.2.840.10008.1.40		ProceduralEventLogging	Procedural Event Logging SOP Class
1.2.840.10008.1.42		SubstanceAdministrationLogging	Substance Administration Logging SOP Class
1.2.840.10008.3.1.2.1.1		DetachedPatientManagement	Detached Patient Management SOP Class		R
1.2.840.10008.3.1.2.2.1		DetachedVisitManagement	Detached Visit Management SOP Class		R
1.2.840.10008.3.1.2.3.1		DetachedStudyManagement	Detached Study Management SOP Class		R
1.2.840.10008.3.1.2.3.2		StudyComponentManagement	Study Component Management SOP Class		R
1.2.840.10008.3.1.2.3.3		ModalityPerformedProcedureStep	Modality Performed Procedure Step SOP Class
1.2.840.10008.3.1.2.3.4		ModalityPerformedProcedureStepRetrieve	Modality Performed Procedure Step Retrieve SOP Class
1.2.840.10008.3.1.2.3.5		ModalityPerformedProcedureStepNotification	Modality Performed Procedure Step Notification SOP Class
1.2.840.10008.3.1.2.5.1		DetachedResultsManagement	Detached Results Management SOP Class		R
1.2.840.10008.3.1.2.6.1		DetachedInterpretationManagement	Detached Interpretation Management SOP Class		R
1.2.840.10008.5.1.1.1		BasicFilmSession	Basic Film Session SOP Class
1.2.840.10008.5.1.1.2		BasicFilmBox	Basic Film Box SOP Class
1.2.840.10008.5.1.1.4		BasicGrayscaleImageBox	Basic Grayscale Image Box SOP Class
1.2.840.10008.5.1.1.4.1		BasicColorImageBox	Basic Color Image Box SOP Class
1.2.840.10008.5.1.1.4.2		ReferencedImageBox	Referenced Image Box SOP Class		R
1.2.840.10008.5.1.1.14		PrintJob	Print Job SOP Class
1.2.840.10008.5.1.1.15		BasicAnnotationBox	Basic Annotation Box SOP Class
1.2.840.10008.5.1.1.16		Printer	Printer SOP Class
1.2.840.10008.5.1.1.16.376		PrinterConfigurationRetrieval	Printer Configuration Retrieval SOP Class
1.2.840.10008.5.1.1.22		VOILUTBox	VOI LUT Box SOP Class
1.2.840.10008.5.1.1.23		PresentationLUT	Presentation LUT SOP Class
1.2.840.10008.5.1.1.24		ImageOverlayBox	Image Overlay Box SOP Class		R
1.2.840.10008.5.1.1.24.1		BasicPrintImageOverlayBox	Basic Print Image Overlay Box SOP Class		R
1.2.840.10008.5.1.1.26		PrintQueueManagement	Print Queue Management SOP Class		R
1.2.840.10008.5.1.1.27	S	StoredPrintStorage	Stored Print Storage SOP Class		R
1.2.840.10008.5.1.1.29	S	HardcopyGrayscaleImageStorage	Hardcopy Grayscale Image Storage SOP Class		R
1.2.840.10008.5.1.1.30	S	HardcopyColorImageStorage	Hardcopy Color Image Storage SOP Class		R
1.2.840.10008.5.1.1.31		PullPrintRequest	Pull Print Request SOP Class		R
1.2.840.10008.5.1.1.33		MediaCreationManagement	Media Creation Management SOP Class UID
1.2.840.10008.5.1.1.40		DisplaySystem	Display System SOP Class
1.2.840.10008.5.1.4.1.1.1	S	ComputedRadiographyImageStorage	Computed Radiography Image Storage	Computed Radiography Image
1.2.840.10008.5.1.4.1.1.1.1	S	DigitalXRayImageStorageForPresentation	Digital X-Ray Image Storage - For Presentation	Digital X-Ray Image
1.2.840.10008.5.1.4.1.1.1.1.1	S	DigitalXRayImageStorageForProcessing	Digital X-Ray Image Storage - For Processing	Digital X-Ray Image
1.2.840.10008.5.1.4.1.1.1.2	S	DigitalMammographyXRayImageStorageForPresentation	Digital Mammography X-Ray Image Storage - For Presentation	Digital Mammography X-Ray Image
1.2.840.10008.5.1.4.1.1.1.2.1	S	DigitalMammographyXRayImageStorageForProcessing	Digital Mammography X-Ray Image Storage - For Processing	Digital Mammography X-Ray Image
1.2.840.10008.5.1.4.1.1.1.3	S	DigitalIntraOralXRayImageStorageForPresentation	Digital Intra-Oral X-Ray Image Storage - For Presentation	Digital Intra-Oral X-Ray Image
1.2.840.10008.5.1.4.1.1.1.3.1	S	DigitalIntraOralXRayImageStorageForProcessing	Digital Intra-Oral X-Ray Image Storage - For Processing	Digital Intra-Oral X-Ray Image
1.2.840.10008.5.1.4.1.1.2	S	CTImageStorage	CT Image Storage	CT Image
1.2.840.10008.5.1.4.1.1.2.1	S	EnhancedCTImageStorage	Enhanced CT Image Storage	Enhanced CT Image
1.2.840.10008.5.1.4.1.1.2.2	S	LegacyConvertedEnhancedCTImageStorage	Legacy Converted Enhanced CT Image Storage	Legacy Converted Enhanced CT Image
1.2.840.10008.5.1.4.1.1.3	S	UltrasoundMultiFrameImageStorageRetired	Ultrasound Multi-frame Image Storage		R
1.2.840.10008.5.1.4.1.1.3.1	S	UltrasoundMultiFrameImageStorage	Ultrasound Multi-frame Image Storage	Ultrasound Multi-frame Image
1.2.840.10008.5.1.4.1.1.4	S	MRImageStorage	MR Image Storage	MR Image
1.2.840.10008.5.1.4.1.1.4.1	S	EnhancedMRImageStorage	Enhanced MR Image Storage	Enhanced MR Image
1.2.840.10008.5.1.4.1.1.4.2	S	MRSpectroscopyStorage	MR Spectroscopy Storage	MR Spectroscopy
1.2.840.10008.5.1.4.1.1.4.3	S	EnhancedMRColorImageStorage	Enhanced MR Color Image Storage	Enhanced MR Color Image
1.2.840.10008.5.1.4.1.1.4.4	S	LegacyConvertedEnhancedMRImageStorage	Legacy Converted Enhanced MR Image Storage	Legacy Converted Enhanced MR Image
1.2.840.10008.5.1.4.1.1.5	S	NuclearMedicineImageStorageRetired	Nuclear Medicine Image Storage		R
1.2.840.10008.5.1.4.1.1.6	S	UltrasoundImageStorageRetired	Ultrasound Image Storage		R
1.2.840.10008.5.1.4.1.1.6.1	S	UltrasoundImageStorage	Ultrasound Image Storage	Ultrasound Image
1.2.840.10008.5.1.4.1.1.6.2	S	EnhancedUSVolumeStorage	Enhanced US Volume Storage	Enhanced US Volume
1.2.840.10008.5.1.4.1.1.6.3	S	PhotoacousticImageStorage	Photoacoustic Image Storage	Photoacoustic Image
1.2.840.10008.5.1.4.1.1.7	S	SecondaryCaptureImageStorage	Secondary Capture Image Storage	Secondary Capture Image
1.2.840.10008.5.1.4.1.1.7.1	S	MultiFrameSingleBitSecondaryCaptureImageStorage	Multi-frame Single Bit Secondary Capture Image Storage	Multi-frame Single Bit Secondary Capture Image
1.2.840.10008.5.1.4.1.1.7.2	S	MultiFrameGrayscaleByteSecondaryCaptureImageStorage	Multi-frame Grayscale Byte Secondary Capture Image Storage	Multi-frame Grayscale Byte Secondary Capture Image
1.2.840.10008.5.1.4.1.1.7.3	S	MultiFrameGrayscaleWordSecondaryCaptureImageStorage	Multi-frame Grayscale Word Secondary Capture Image Storage	Multi-frame Grayscale Word Secondary Capture Image
1.2.840.10008.5.1.4.1.1.7.4	S	MultiFrameTrueColorSecondaryCaptureImageStorage	Multi-frame True Color Secondary Capture Image Storage	Multi-frame True Color Secondary Capture Image
1.2.840.10008.5.1.4.1.1.8	S	StandaloneOverlayStorage	Standalone Overlay Storage		R
1.2.840.10008.5.1.4.1.1.9	S	StandaloneCurveStorage	Standalone Curve Storage		R
1.2.840.10008.5.1.4.1.1.9.1	S	WaveformStorageTrial	Waveform Storage - Trial		R
1.2.840.10008.5.1.4.1.1.9.1.1	S	TwelveLeadECGWaveformStorage	12-lead ECG Waveform Storage	12-Lead ECG
1.2.840.10008.5.1.4.1.1.9.1.2	S	GeneralECGWaveformStorage	General ECG Waveform Storage	General ECG
1.2.840.10008.5.1.4.1.1.9.1.3	S	AmbulatoryECGWaveformStorage	Ambulatory ECG Waveform Storage	Ambulatory ECG
1.2.840.10008.5.1.4.1.1.9.1.4	S	General32bitECGWaveformStorage	General 32-bit ECG Waveform Storage	General 32-bit ECG
1.2.840.10008.5.1.4.1.1.9.2.1	S	HemodynamicWaveformStorage	Hemodynamic Waveform Storage	Hemodynamic Waveform
1.2.840.10008.5.1.4.1.1.9.3.1	S	CardiacElectrophysiologyWaveformStorage	Cardiac Electrophysiology Waveform Storage	Basic Cardiac Electrophysiology Waveform
1.2.840.10008.5.1.4.1.1.9.4.1	S	BasicVoiceAudioWaveformStorage	Basic Voice Audio Waveform Storage	Basic Voice Audio Waveform
1.2.840.10008.5.1.4.1.1.9.4.2	S	GeneralAudioWaveformStorage	General Audio Waveform Storage	General Audio Waveform
1.2.840.10008.5.1.4.1.1.9.5.1	S	ArterialPulseWaveformStorage	Arterial Pulse Waveform Storage	Arterial Pulse Waveform
1.2.840.10008.5.1.4.1.1.9.6.1	S	RespiratoryWaveformStorage	Respiratory Waveform Storage	Respiratory Waveform
1.2.840.10008.5.1.4.1.1.9.6.2	S	MultichannelRespiratoryWaveformStorage	Multi-channel Respiratory Waveform Storage	Multi-channel Respiratory Waveform
1.2.840.10008.5.1.4.1.1.9.7.1	S	RoutineScalpElectroencephalogramWaveformStorage	Routine Scalp Electroencephalogram Waveform Storage	Routine Scalp Electroencephalogram
1.2.840.10008.5.1.4.1.1.9.7.2	S	ElectromyogramWaveformStorage	Electromyogram Waveform Storage	Electromyogram
1.2.840.10008.5.1.4.1.1.9.7.3	S	ElectrooculogramWaveformStorage	Electrooculogram Waveform Storage	Electrooculogram
1.2.840.10008.5.1.4.1.1.9.7.4	S	SleepElectroencephalogramWaveformStorage	Sleep Electroencephalogram Waveform Storage	Sleep Electroencephalogram
1.2.840.10008.5.1.4.1.1.9.8.1	S	BodyPositionWaveformStorage	Body Position Waveform Storage	Body Position Waveform
1.2.840.10008.5.1.4.1.1.9.100.1	S	WaveformPresentationStateStorage	PSw
1.2.840.10008.5.1.4.1.1.9.100.2	S	WaveformAcquisitionPresentationStateStorage	PSq
1.2.840.10008.5.1.4.1.1.10	S	StandaloneModalityLUTStorage	Standalone Modality LUT Storage		R
1.2.840.10008.5.1.4.1.1.11	S	StandaloneVOILUTStorage	Standalone VOI LUT Storage		R
1.2.840.10008.5.1.4.1.1.11.1	S	GrayscaleSoftcopyPresentationStateStorage	Grayscale Softcopy Presentation State Storage	Grayscale Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.11.2	S	ColorSoftcopyPresentationStateStorage	Color Softcopy Presentation State Storage	Color Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.11.3	S	PseudoColorSoftcopyPresentationStateStorage	Pseudo-Color Softcopy Presentation State Storage	Pseudo-Color Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.11.4	S	BlendingSoftcopyPresentationStateStorage	Blending Softcopy Presentation State Storage	Blending Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.11.5	S	XAXRFGrayscaleSoftcopyPresentationStateStorage	XA/XRF Grayscale Softcopy Presentation State Storage	XA/XRF Grayscale Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.11.6	S	GrayscalePlanarMPRVolumetricPresentationStateStorage	Grayscale Planar MPR Volumetric Presentation State Storage	Planar MPR Volumetric Presentation State
1.2.840.10008.5.1.4.1.1.11.7	S	CompositingPlanarMPRVolumetricPresentationStateStorage	Compositing Planar MPR Volumetric Presentation State Storage	Planar MPR Volumetric Presentation State
1.2.840.10008.5.1.4.1.1.11.8	S	AdvancedBlendingPresentationStateStorage	Advanced Blending Presentation State Storage	Advanced Blending Presentation State
1.2.840.10008.5.1.4.1.1.11.9	S	VolumeRenderingVolumetricPresentationStateStorage	Volume Rendering Volumetric Presentation State Storage	Volume Rendering Volumetric Presentation State
1.2.840.10008.5.1.4.1.1.11.10	S	SegmentedVolumeRenderingVolumetricPresentationStateStorage	Segmented Volume Rendering Volumetric Presentation State Storage	Volume Rendering Volumetric Presentation State
1.2.840.10008.5.1.4.1.1.11.11	S	MultipleVolumeRenderingVolumetricPresentationStateStorage	Multiple Volume Rendering Volumetric Presentation State Storage	Volume Rendering Volumetric Presentation State
1.2.840.10008.5.1.4.1.1.11.12	S	VariableModalityLUTSoftcopyPresentationStateStorage	Variable Modality LUT Softcopy Presentation State Storage	Variable Modality LUT Softcopy Presentation State
1.2.840.10008.5.1.4.1.1.12.1	S	XRayAngiographicImageStorage	X-Ray Angiographic Image Storage	X-Ray Angiographic Image
1.2.840.10008.5.1.4.1.1.12.1.1	S	EnhancedXAImageStorage	Enhanced XA Image Storage	Enhanced XA Image
1.2.840.10008.5.1.4.1.1.12.2	S	XRayRadiofluoroscopicImageStorage	X-Ray Radiofluoroscopic Image Storage	X-Ray Radiofluoroscopic Image
1.2.840.10008.5.1.4.1.1.12.2.1	S	EnhancedXRFImageStorage	Enhanced XRF Image Storage	Enhanced XRF Image
1.2.840.10008.5.1.4.1.1.12.3	S	XRayAngiographicBiPlaneImageStorage	X-Ray Angiographic Bi-Plane Image Storage		R
1.2.840.10008.5.1.4.1.1.12.77					R
1.2.840.10008.5.1.4.1.1.13.1.1	S	XRay3DAngiographicImageStorage	X-Ray 3D Angiographic Image Storage	X-Ray 3D Angiographic Image
1.2.840.10008.5.1.4.1.1.13.1.2	S	XRay3DCraniofacialImageStorage	X-Ray 3D Craniofacial Image Storage	X-Ray 3D Craniofacial Image
1.2.840.10008.5.1.4.1.1.13.1.3	S	BreastTomosynthesisImageStorage	Breast Tomosynthesis Image Storage	Breast Tomosynthesis Image
1.2.840.10008.5.1.4.1.1.13.1.4	S	BreastProjectionXRayImageStorageForPresentation	Breast Projection X-Ray Image Storage - For Presentation	Breast Projection X-Ray Image
1.2.840.10008.5.1.4.1.1.13.1.5	S	BreastProjectionXRayImageStorageForProcessing	Breast Projection X-Ray Image Storage - For Processing	Breast Projection X-Ray Image
1.2.840.10008.5.1.4.1.1.14.1	S	IntravascularOpticalCoherenceTomographyImageStorageForPresentation	Intravascular Optical Coherence Tomography Image Storage - For Presentation	Intravascular Optical Coherence Tomography Image
1.2.840.10008.5.1.4.1.1.14.2	S	IntravascularOpticalCoherenceTomographyImageStorageForProcessing	Intravascular Optical Coherence Tomography Image Storage - For Processing	Intravascular Optical Coherence Tomography Image
1.2.840.10008.5.1.4.1.1.20	S	NuclearMedicineImageStorage	Nuclear Medicine Image Storage	Nuclear Medicine Image
1.2.840.10008.5.1.4.1.1.30	S	ParametricMapStorage	Parametric Map Storage	Parametric Map
1.2.840.10008.5.1.4.1.1.40					R
1.2.840.10008.5.1.4.1.1.66	S	RawDataStorage	Raw Data Storage	Raw Data
1.2.840.10008.5.1.4.1.1.66.1	S	SpatialRegistrationStorage	Spatial Registration Storage	Spatial Registration
1.2.840.10008.5.1.4.1.1.66.2	S	SpatialFiducialsStorage	Spatial Fiducials Storage	Spatial Fiducials
1.2.840.10008.5.1.4.1.1.66.3	S	DeformableSpatialRegistrationStorage	Deformable Spatial Registration Storage	Deformable Spatial Registration
1.2.840.10008.5.1.4.1.1.66.4	S	SegmentationStorage	Segmentation Storage	Segmentation
1.2.840.10008.5.1.4.1.1.66.5	S	SurfaceSegmentationStorage	Surface Segmentation Storage	Surface Segmentation
1.2.840.10008.5.1.4.1.1.66.6	S	TractographyResultsStorage	Tractography Results Storage	Tractography Results
1.2.840.10008.5.1.4.1.1.66.7	S	LabelMapSegmentationStorage	Label Map Segmentation Storage
1.2.840.10008.5.1.4.1.1.66.8	S	HeightMapSegmentationStorage	Height Map Segmentation Storage
1.2.840.10008.5.1.4.1.1.67	S	RealWorldValueMappingStorage	Real World Value Mapping Storage	Real World Value Mapping
1.2.840.10008.5.1.4.1.1.68.1	S	SurfaceScanMeshStorage	Surface Scan Mesh Storage	Surface Scan Mesh
1.2.840.10008.5.1.4.1.1.68.2	S	SurfaceScanPointCloudStorage	Surface Scan Point Cloud Storage	Surface Scan Point Cloud
1.2.840.10008.5.1.4.1.1.77.1	S	VLImageStorageTrial	VL Image Storage - Trial		R
1.2.840.10008.5.1.4.1.1.77.1.1	S	VLEndoscopicImageStorage	VL Endoscopic Image Storage	VL Endoscopic Image
1.2.840.10008.5.1.4.1.1.77.1.1.1	S	VideoEndoscopicImageStorage	Video Endoscopic Image Storage	Video Endoscopic Image
1.2.840.10008.5.1.4.1.1.77.1.2	S	VLMicroscopicImageStorage	VL Microscopic Image Storage	VL Microscopic Image
1.2.840.10008.5.1.4.1.1.77.1.2.1	S	VideoMicroscopicImageStorage	Video Microscopic Image Storage	Video Microscopic Image
1.2.840.10008.5.1.4.1.1.77.1.3	S	VLSlideCoordinatesMicroscopicImageStorage	VL Slide-Coordinates Microscopic Image Storage	VL Slide-Coordinates Microscopic Image
1.2.840.10008.5.1.4.1.1.77.1.4	S	VLPhotographicImageStorage	VL Photographic Image Storage	VL Photographic Image
1.2.840.10008.5.1.4.1.1.77.1.4.1	S	VideoPhotographicImageStorage	Video Photographic Image Storage	Video Photographic Image
1.2.840.10008.5.1.4.1.1.77.1.5.1	S	OphthalmicPhotography8BitImageStorage	Ophthalmic Photography 8 Bit Image Storage	Ophthalmic Photography 8 Bit Image
1.2.840.10008.5.1.4.1.1.77.1.5.2	S	OphthalmicPhotography16BitImageStorage	Ophthalmic Photography 16 Bit Image Storage	Ophthalmic Photography 16 Bit Image
1.2.840.10008.5.1.4.1.1.77.1.5.3	S	StereometricRelationshipStorage	Stereometric Relationship Storage	Stereometric Relationship
1.2.840.10008.5.1.4.1.1.77.1.5.4	S	OphthalmicTomographyImageStorage	Ophthalmic Tomography Image Storage	Ophthalmic Tomography Image
1.2.840.10008.5.1.4.1.1.77.1.5.5	S	WideFieldOphthalmicPhotographyStereographicProjectionImageStorage	Wide Field Ophthalmic Photography Stereographic Projection Image Storage	Wide Field Ophthalmic Photography Stereographic Projection Image
1.2.840.10008.5.1.4.1.1.77.1.5.6	S	WideFieldOphthalmicPhotography3DCoordinatesImageStorage	Wide Field Ophthalmic Photography 3D Coordinates Image Storage	Wide Field Ophthalmic Photography 3D Coordinates Image
1.2.840.10008.5.1.4.1.1.77.1.5.7	S	OphthalmicOpticalCoherenceTomographyEnFaceImageStorage	Ophthalmic Optical Coherence Tomography En Face Image Storage	Ophthalmic Optical Coherence Tomography En Face Image
1.2.840.10008.5.1.4.1.1.77.1.5.8	S	OphthalmicOpticalCoherenceTomographyBscanVolumeAnalysisStorage	Ophthalmic Optical Coherence Tomography B-scan Volume Analysis Storage	Ophthalmic Optical Coherence Tomography B-scan Volume Analysis
1.2.840.10008.5.1.4.1.1.77.1.6	S	VLWholeSlideMicroscopyImageStorage	VL Whole Slide Microscopy Image Storage	VL Whole Slide Microscopy Image
1.2.840.10008.5.1.4.1.1.77.1.7	S	DermoscopicPhotographyImageStorage	Dermoscopic Photography Image Storage	Dermoscopic Photography Image
1.2.840.10008.5.1.4.1.1.77.1.8	S	ConfocalMicroscopyImageStorage	Confocal Microscopy Image Storage	Confocal Microscopy Image
1.2.840.10008.5.1.4.1.1.77.1.9	S	ConfocalMicroscopyTiledPyramidalImageStorage	Confocal Microscopy Tiled Pyramidal Image Storage	Confocal Microscopy Tiled Pyramidal Image
1.2.840.10008.5.1.4.1.1.77.2	S	VLMultiFrameImageStorageTrial	VL Multi-frame Image Storage - Trial		R
1.2.840.10008.5.1.4.1.1.78.1	S	LensometryMeasurementsStorage	Lensometry Measurements Storage	Lensometry Measurements
1.2.840.10008.5.1.4.1.1.78.2	S	AutorefractionMeasurementsStorage	Autorefraction Measurements Storage	Autorefraction Measurements
1.2.840.10008.5.1.4.1.1.78.3	S	KeratometryMeasurementsStorage	Keratometry Measurements Storage	Keratometry Measurements
1.2.840.10008.5.1.4.1.1.78.4	S	SubjectiveRefractionMeasurementsStorage	Subjective Refraction Measurements Storage	Subjective Refraction Measurements
1.2.840.10008.5.1.4.1.1.78.5	S	VisualAcuityMeasurementsStorage	Visual Acuity Measurements Storage	Visual Acuity Measurements
1.2.840.10008.5.1.4.1.1.78.6	S	SpectaclePrescriptionReportStorage	Spectacle Prescription Report Storage	Spectacle Prescription Report
1.2.840.10008.5.1.4.1.1.78.7	S	OphthalmicAxialMeasurementsStorage	Ophthalmic Axial Measurements Storage	Ophthalmic Axial Measurements
1.2.840.10008.5.1.4.1.1.78.8	S	IntraocularLensCalculationsStorage	Intraocular Lens Calculations Storage	Intraocular Lens Calculations
1.2.840.10008.5.1.4.1.1.79.1	S	MacularGridThicknessAndVolumeReportStorage	Macular Grid Thickness and Volume Report Storage	Macular Grid Thickness and Volume Report
1.2.840.10008.5.1.4.1.1.80.1	S	OphthalmicVisualFieldStaticPerimetryMeasurementsStorage	Ophthalmic Visual Field Static Perimetry Measurements Storage	Ophthalmic Visual Field Static Perimetry Measurements
1.2.840.10008.5.1.4.1.1.81.1	S	OphthalmicThicknessMapStorage	Ophthalmic Thickness Map Storage	Ophthalmic Thickness Map
1.2.840.10008.5.1.4.1.1.82.1	S	CornealTopographyMapStorage	Corneal Topography Map Storage	Corneal Topography Map
1.2.840.10008.5.1.4.1.1.88.1	S	TextSRStorageTrial	Text SR Storage - Trial		R
1.2.840.10008.5.1.4.1.1.88.2	S	AudioSRStorageTrial	Audio SR Storage - Trial		R
1.2.840.10008.5.1.4.1.1.88.3	S	DetailSRStorageTrial	Detail SR Storage - Trial		R
1.2.840.10008.5.1.4.1.1.88.4	S	ComprehensiveSRStorageTrial	Comprehensive SR Storage - Trial		R
1.2.840.10008.5.1.4.1.1.88.11	S	BasicTextSRStorage	Basic Text SR Storage	Basic Text SR
1.2.840.10008.5.1.4.1.1.88.22	S	EnhancedSRStorage	Enhanced SR Storage	Enhanced SR
1.2.840.10008.5.1.4.1.1.88.33	S	ComprehensiveSRStorage	Comprehensive SR Storage	Comprehensive SR
1.2.840.10008.5.1.4.1.1.88.34	S	Comprehensive3DSRStorage	Comprehensive 3D SR Storage	Comprehensive 3D SR
1.2.840.10008.5.1.4.1.1.88.35	S	ExtensibleSRStorage	Extensible SR Storage	Extensible SR
1.2.840.10008.5.1.4.1.1.88.40	S	ProcedureLogStorage	Procedure Log Storage	Procedure Log
1.2.840.10008.5.1.4.1.1.88.50	S	MammographyCADSRStorage	Mammography CAD SR Storage	Mammography CAD SR
1.2.840.10008.5.1.4.1.1.88.59	S	KeyObjectSelectionDocumentStorage	Key Object Selection Document Storage	Key Object Selection Document
1.2.840.10008.5.1.4.1.1.88.65	S	ChestCADSRStorage	Chest CAD SR Storage	Chest CAD SR
1.2.840.10008.5.1.4.1.1.88.67	S	XRayRadiationDoseSRStorage	X-Ray Radiation Dose SR Storage	X-Ray Radiation Dose SR
1.2.840.10008.5.1.4.1.1.88.68	S	RadiopharmaceuticalRadiationDoseSRStorage	Radiopharmaceutical Radiation Dose SR Storage	Radiopharmaceutical Radiation Dose SR
1.2.840.10008.5.1.4.1.1.88.69	S	ColonCADSRStorage	Colon CAD SR Storage	Colon CAD SR
1.2.840.10008.5.1.4.1.1.88.70	S	ImplantationPlanSRStorage	Implantation Plan SR Storage	Implantation Plan SR Document
1.2.840.10008.5.1.4.1.1.88.71	S	AcquisitionContextSRStorage	Acquisition Context SR Storage	Acquisition Context SR
1.2.840.10008.5.1.4.1.1.88.72	S	SimplifiedAdultEchoSRStorage	Simplified Adult Echo SR Storage	Simplified Adult Echo SR
1.2.840.10008.5.1.4.1.1.88.73	S	PatientRadiationDoseSRStorage	Patient Radiation Dose SR Storage	Patient Radiation Dose SR
1.2.840.10008.5.1.4.1.1.88.74	S	PlannedImagingAgentAdministrationSRStorage	Planned Imaging Agent Administration SR Storage	Planned Imaging Agent Administration SR
1.2.840.10008.5.1.4.1.1.88.75	S	PerformedImagingAgentAdministrationSRStorage	Performed Imaging Agent Administration SR Storage	Performed Imaging Agent Administration SR
1.2.840.10008.5.1.4.1.1.88.76	S	EnhancedXRayRadiationDoseSRStorage	Enhanced X-Ray Radiation Dose SR Storage	Enhanced X-Ray Radiation Dose SR
1.2.840.10008.5.1.4.1.1.88.77	S	WaveformAnnotationSRStorage	Waveform Annotation SR Storage
1.2.840.10008.5.1.4.1.1.90.1	S	ContentAssessmentResultsStorage	Content Assessment Results Storage	Content Assessment Results
1.2.840.10008.5.1.4.1.1.91.1	S	MicroscopyBulkSimpleAnnotationsStorage	Microscopy Bulk Simple Annotations Storage	Microscopy Bulk Simple Annotations
1.2.840.10008.5.1.4.1.1.104.1	S	EncapsulatedPDFStorage	Encapsulated PDF Storage	Encapsulated PDF
1.2.840.10008.5.1.4.1.1.104.2	S	EncapsulatedCDAStorage	Encapsulated CDA Storage	Encapsulated CDA
1.2.840.10008.5.1.4.1.1.104.3	S	EncapsulatedSTLStorage	Encapsulated STL Storage	Encapsulated STL
1.2.840.10008.5.1.4.1.1.104.4	S	EncapsulatedOBJStorage	Encapsulated OBJ Storage	Encapsulated OBJ
1.2.840.10008.5.1.4.1.1.104.5	S	EncapsulatedMTLStorage	Encapsulated MTL Storage	Encapsulated MTL
1.2.840.10008.5.1.4.1.1.128	S	PositronEmissionTomographyImageStorage	Positron Emission Tomography Image Storage	Positron Emission Tomography Image
1.2.840.10008.5.1.4.1.1.128.1	S	LegacyConvertedEnhancedPETImageStorage	Legacy Converted Enhanced PET Image Storage	Legacy Converted Enhanced PET Image
1.2.840.10008.5.1.4.1.1.129	S	StandalonePETCurveStorage	Standalone PET Curve Storage		R
1.2.840.10008.5.1.4.1.1.130	S	EnhancedPETImageStorage	Enhanced PET Image Storage	Enhanced PET Image
1.2.840.10008.5.1.4.1.1.131	S	BasicStructuredDisplayStorage	Basic Structured Display Storage	Basic Structured Display
1.2.840.10008.5.1.4.1.1.200.1	S	CTDefinedProcedureProtocolStorage	CT Defined Procedure Protocol Storage	CT Defined Procedure Protocol
1.2.840.10008.5.1.4.1.1.200.2	S	CTPerformedProcedureProtocolStorage	CT Performed Procedure Protocol Storage	CT Performed Procedure Protocol
1.2.840.10008.5.1.4.1.1.200.3	S	ProtocolApprovalStorage	Protocol Approval Storage	Protocol Approval
1.2.840.10008.5.1.4.1.1.200.4		ProtocolApprovalInformationModelFind	Protocol Approval Information Model - FIND
1.2.840.10008.5.1.4.1.1.200.5		ProtocolApprovalInformationModelMove	Protocol Approval Information Model - MOVE
1.2.840.10008.5.1.4.1.1.200.6		ProtocolApprovalInformationModelGet	Protocol Approval Information Model - GET
1.2.840.10008.5.1.4.1.1.200.7	S	XADefinedProcedureProtocolStorage	XA Defined Procedure Protocol Storage	XA Defined Procedure Protocol
1.2.840.10008.5.1.4.1.1.200.8	S	XAPerformedProcedureProtocolStorage	XA Performed Procedure Protocol Storage	XA Performed Procedure Protocol
1.2.840.10008.5.1.4.1.1.201.1	S	InventoryStorage	Inventory Storage	Inventory
1.2.840.10008.5.1.4.1.1.201.2		InventoryFind	Inventory - FIND
1.2.840.10008.5.1.4.1.1.201.3		InventoryMove	Inventory - MOVE
1.2.840.10008.5.1.4.1.1.201.4		InventoryGet	Inventory - GET
1.2.840.10008.5.1.4.1.1.201.5		InventoryCreation	Inventory Creation
1.2.840.10008.5.1.4.1.1.201.6		RepositoryQuery	Repository Query
1.2.840.10008.5.1.4.1.1.481.1	S	RTImageStorage	RT Image Storage	RT Image
1.2.840.10008.5.1.4.1.1.481.2	S	RTDoseStorage	RT Dose Storage	RT Dose
1.2.840.10008.5.1.4.1.1.481.3	S	RTStructureSetStorage	RT Structure Set Storage	RT Structure Set
1.2.840.10008.5.1.4.1.1.481.4	S	RTBeamsTreatmentRecordStorage	RT Beams Treatment Record Storage	RT Beams Treatment Record
1.2.840.10008.5.1.4.1.1.481.5	S	RTPlanStorage	RT Plan Storage	RT Plan
1.2.840.10008.5.1.4.1.1.481.6	S	RTBrachyTreatmentRecordStorage	RT Brachy Treatment Record Storage	RT Brachy Treatment Record
1.2.840.10008.5.1.4.1.1.481.7	S	RTTreatmentSummaryRecordStorage	RT Treatment Summary Record Storage	RT Treatment Summary Record
1.2.840.10008.5.1.4.1.1.481.8	S	RTIonPlanStorage	RT Ion Plan Storage	RT Ion Plan
1.2.840.10008.5.1.4.1.1.481.9	S	RTIonBeamsTreatmentRecordStorage	RT Ion Beams Treatment Record Storage	RT Ion Beams Treatment Record
1.2.840.10008.5.1.4.1.1.481.10	S	RTPhysicianIntentStorage	RT Physician Intent Storage	RT Physician Intent
1.2.840.10008.5.1.4.1.1.481.11	S	RTSegmentAnnotationStorage	RT Segment Annotation Storage	RT Segment Annotation
1.2.840.10008.5.1.4.1.1.481.12	S	RTRadiationSetStorage	RT Radiation Set Storage	RT Radiation Set
1.2.840.10008.5.1.4.1.1.481.13	S	CArmPhotonElectronRadiationStorage	C-Arm Photon-Electron Radiation Storage	C-Arm Photon-Electron Radiation
1.2.840.10008.5.1.4.1.1.481.14	S	TomotherapeuticRadiationStorage	Tomotherapeutic Radiation Storage	Tomotherapeutic Radiation
1.2.840.10008.5.1.4.1.1.481.15	S	RoboticArmRadiationStorage	Robotic-Arm Radiation Storage	Robotic-Arm Radiation
1.2.840.10008.5.1.4.1.1.481.16	S	RTRadiationRecordSetStorage	RT Radiation Record Set Storage	RT Radiation Record Set
1.2.840.10008.5.1.4.1.1.481.17	S	RTRadiationSalvageRecordStorage	RT Radiation Salvage Record Storage	RT Radiation Salvage Record
1.2.840.10008.5.1.4.1.1.481.18	S	TomotherapeuticRadiationRecordStorage	Tomotherapeutic Radiation Record Storage	Tomotherapeutic Radiation Record
1.2.840.10008.5.1.4.1.1.481.19	S	CArmPhotonElectronRadiationRecordStorage	C-Arm Photon-Electron Radiation Record Storage	C-Arm Photon-Electron Radiation Record
1.2.840.10008.5.1.4.1.1.481.20	S	RoboticRadiationRecordStorage	Robotic Radiation Record Storage	Robotic-Arm Radiation Record
1.2.840.10008.5.1.4.1.1.481.21	S	RTRadiationSetDeliveryInstructionStorage	RT Radiation Set Delivery Instruction Storage	RT Radiation Set Delivery Instruction
1.2.840.10008.5.1.4.1.1.481.22	S	RTTreatmentPreparationStorage	RT Treatment Preparation Storage	RT Treatment Preparation
1.2.840.10008.5.1.4.1.1.481.23	S	EnhancedRTImageStorage	Enhanced RT Image Storage	Enhanced RT Image
1.2.840.10008.5.1.4.1.1.481.24	S	EnhancedContinuousRTImageStorage	Enhanced Continuous RT Image Storage	Enhanced Continuous RT Image
1.2.840.10008.5.1.4.1.1.481.25	S	RTPatientPositionAcquisitionInstructionStorage	RT Patient Position Acquisition Instruction Storage	RT Patient Position Acquisition Instruction
1.2.840.10008.5.1.4.1.1.501.1	S	DICOSCTImageStorage	DICOS CT Image Storage
1.2.840.10008.5.1.4.1.1.501.2.1	S	DICOSDigitalXRayImageStorageForPresentation	DICOS Digital X-Ray Image Storage - For Presentation
1.2.840.10008.5.1.4.1.1.501.2.2	S	DICOSDigitalXRayImageStorageForProcessing	DICOS Digital X-Ray Image Storage - For Processing
1.2.840.10008.5.1.4.1.1.501.3	S	DICOSThreatDetectionReportStorage	DICOS Threat Detection Report Storage
1.2.840.10008.5.1.4.1.1.501.4	S	DICOS2DAITStorage	DICOS 2D AIT Storage
1.2.840.10008.5.1.4.1.1.501.5	S	DICOS3DAITStorage	DICOS 3D AIT Storage
1.2.840.10008.5.1.4.1.1.501.6	S	DICOSQuadrupoleResonanceStorage	DICOS Quadrupole Resonance (QR) Storage
1.2.840.10008.5.1.4.1.1.601.1	S	EddyCurrentImageStorage	Eddy Current Image Storage
1.2.840.10008.5.1.4.1.1.601.2	S	EddyCurrentMultiFrameImageStorage	Eddy Current Multi-frame Image Storage
1.2.840.10008.5.1.4.1.1.601.3	S	ThermographyImageStorage	Thermography Image Storage
1.2.840.10008.5.1.4.1.1.601.4	S	ThermographyMultiFrameImageStorage	Thermography Multi-frame Image Storage
1.2.840.10008.5.1.4.1.1.601.5	S	DICONDE_UltrasoundWaveformStorage	UW
1.2.840.10008.5.1.4.1.2.1.1		PatientRootQueryRetrieveInformationModelFind	Patient Root Query/Retrieve Information Model - FIND
1.2.840.10008.5.1.4.1.2.1.2		PatientRootQueryRetrieveInformationModelMove	Patient Root Query/Retrieve Information Model - MOVE
1.2.840.10008.5.1.4.1.2.1.3		PatientRootQueryRetrieveInformationModelGet	Patient Root Query/Retrieve Information Model - GET
1.2.840.10008.5.1.4.1.2.2.1		StudyRootQueryRetrieveInformationModelFind	Study Root Query/Retrieve Information Model - FIND
1.2.840.10008.5.1.4.1.2.2.2		StudyRootQueryRetrieveInformationModelMove	Study Root Query/Retrieve Information Model - MOVE
1.2.840.10008.5.1.4.1.2.2.3		StudyRootQueryRetrieveInformationModelGet	Study Root Query/Retrieve Information Model - GET
1.2.840.10008.5.1.4.1.2.3.1		PatientStudyOnlyQueryRetrieveInformationModelFind	Patient/Study Only Query/Retrieve Information Model - FIND		R
1.2.840.10008.5.1.4.1.2.3.2		PatientStudyOnlyQueryRetrieveInformationModelMove	Patient/Study Only Query/Retrieve Information Model - MOVE		R
1.2.840.10008.5.1.4.1.2.3.3		PatientStudyOnlyQueryRetrieveInformationModelGet	Patient/Study Only Query/Retrieve Information Model - GET		R
1.2.840.10008.5.1.4.1.2.4.2		CompositeInstanceRootRetrieveMove	Composite Instance Root Retrieve - MOVE
1.2.840.10008.5.1.4.1.2.4.3		CompositeInstanceRootRetrieveGet	Composite Instance Root Retrieve - GET
1.2.840.10008.5.1.4.1.2.5.3		CompositeInstanceRetrieveWithoutBulkDataGet	Composite Instance Retrieve Without Bulk Data - GET
1.2.840.10008.5.1.4.20.1		DefinedProcedureProtocolInformationModelFind	Defined Procedure Protocol Information Model - FIND
1.2.840.10008.5.1.4.20.2		DefinedProcedureProtocolInformationModelMove	Defined Procedure Protocol Information Model - MOVE
1.2.840.10008.5.1.4.20.3		DefinedProcedureProtocolInformationModelGet	Defined Procedure Protocol Information Model - GET
1.2.840.10008.5.1.4.31		ModalityWorklistInformationModelFind	Modality Worklist Information Model - FIND
1.2.840.10008.5.1.4.32.1		GeneralPurposeWorklistInformationModelFind	General Purpose Worklist Information Model - FIND		R
1.2.840.10008.5.1.4.32.2		GeneralPurposeScheduledProcedureStep	General Purpose Scheduled Procedure Step SOP Class		R
1.2.840.10008.5.1.4.32.3		GeneralPurposePerformedProcedureStep	General Purpose Performed Procedure Step SOP Class		R
1.2.840.10008.5.1.4.33		InstanceAvailabilityNotification	Instance Availability Notification SOP Class
1.2.840.10008.5.1.4.34.1	S	RTBeamsDeliveryInstructionStorageTrial	RT Beams Delivery Instruction Storage - Trial		R
1.2.840.10008.5.1.4.34.2		RTConventionalMachineVerificationTrial	RT Conventional Machine Verification - Trial		R
1.2.840.10008.5.1.4.34.3		RTIonMachineVerificationTrial	RT Ion Machine Verification - Trial		R
1.2.840.10008.5.1.4.34.4.1		UnifiedProcedureStepPushTrial	Unified Procedure Step - Push SOP Class - Trial		R
1.2.840.10008.5.1.4.34.4.2		UnifiedProcedureStepWatchTrial	Unified Procedure Step - Watch SOP Class - Trial		R
1.2.840.10008.5.1.4.34.4.3		UnifiedProcedureStepPullTrial	Unified Procedure Step - Pull SOP Class - Trial		R
1.2.840.10008.5.1.4.34.4.4		UnifiedProcedureStepEventTrial	Unified Procedure Step - Event SOP Class - Trial		R
1.2.840.10008.5.1.4.34.6.1		UnifiedProcedureStepPush	Unified Procedure Step - Push SOP Class
1.2.840.10008.5.1.4.34.6.2		UnifiedProcedureStepWatch	Unified Procedure Step - Watch SOP Class
1.2.840.10008.5.1.4.34.6.3		UnifiedProcedureStepPull	Unified Procedure Step - Pull SOP Class
1.2.840.10008.5.1.4.34.6.4		UnifiedProcedureStepEvent	Unified Procedure Step - Event SOP Class
1.2.840.10008.5.1.4.34.6.5		UnifiedProcedureStepQuery	Unified Procedure Step - Query SOP Class
1.2.840.10008.5.1.4.34.7	S	RTBeamsDeliveryInstructionStorage	RT Beams Delivery Instruction Storage	RT Beams Delivery Instruction
1.2.840.10008.5.1.4.34.8		RTConventionalMachineVerification	RT Conventional Machine Verification
1.2.840.10008.5.1.4.34.9		RTIonMachineVerification	RT Ion Machine Verification
1.2.840.10008.5.1.4.34.10	S	RTBrachyApplicationSetupDeliveryInstructionStorage	RT Brachy Application Setup Delivery Instruction Storage	RT Brachy Application Setup Delivery Instruction
1.2.840.10008.5.1.4.37.1		GeneralRelevantPatientInformationQuery	General Relevant Patient Information Query
1.2.840.10008.5.1.4.37.2		BreastImagingRelevantPatientInformationQuery	Breast Imaging Relevant Patient Information Query
1.2.840.10008.5.1.4.37.3		CardiacRelevantPatientInformationQuery	Cardiac Relevant Patient Information Query
1.2.840.10008.5.1.4.38.1	S	HangingProtocolStorage	Hanging Protocol Storage	Hanging Protocol
1.2.840.10008.5.1.4.38.2		HangingProtocolInformationModelFind	Hanging Protocol Information Model - FIND
1.2.840.10008.5.1.4.38.3		HangingProtocolInformationModelMove	Hanging Protocol Information Model - MOVE
1.2.840.10008.5.1.4.38.4		HangingProtocolInformationModelGet	Hanging Protocol Information Model - GET
1.2.840.10008.5.1.4.39.1	S	ColorPaletteStorage	Color Palette Storage	Color Palette
1.2.840.10008.5.1.4.39.2		ColorPaletteQueryRetrieveInformationModelFind	Color Palette Query/Retrieve Information Model - FIND
1.2.840.10008.5.1.4.39.3		ColorPaletteQueryRetrieveInformationModelMove	Color Palette Query/Retrieve Information Model - MOVE
1.2.840.10008.5.1.4.39.4		ColorPaletteQueryRetrieveInformationModelGet	Color Palette Query/Retrieve Information Model - GET
1.2.840.10008.5.1.4.41		ProductCharacteristicsQuery	Product Characteristics Query SOP Class
1.2.840.10008.5.1.4.42		SubstanceApprovalQuery	Substance Approval Query SOP Class
1.2.840.10008.5.1.4.43.1	S	GenericImplantTemplateStorage	Generic Implant Template Storage	Generic Implant Template
1.2.840.10008.5.1.4.43.2		GenericImplantTemplateInformationModelFind	Generic Implant Template Information Model - FIND
1.2.840.10008.5.1.4.43.3		GenericImplantTemplateInformationModelMove	Generic Implant Template Information Model - MOVE
1.2.840.10008.5.1.4.43.4		GenericImplantTemplateInformationModelGet	Generic Implant Template Information Model - GET
1.2.840.10008.5.1.4.44.1	S	ImplantAssemblyTemplateStorage	Implant Assembly Template Storage	Implant Assembly Template
1.2.840.10008.5.1.4.44.2		ImplantAssemblyTemplateInformationModelFind	Implant Assembly Template Information Model - FIND
1.2.840.10008.5.1.4.44.3		ImplantAssemblyTemplateInformationModelMove	Implant Assembly Template Information Model - MOVE
1.2.840.10008.5.1.4.44.4		ImplantAssemblyTemplateInformationModelGet	Implant Assembly Template Information Model - GET
1.2.840.10008.5.1.4.45.1	S	ImplantTemplateGroupStorage	Implant Template Group Storage	Implant Template Group
1.2.840.10008.5.1.4.45.2		ImplantTemplateGroupInformationModelFind	Implant Template Group Information Model - FIND
1.2.840.10008.5.1.4.45.3		ImplantTemplateGroupInformationModelMove	Implant Template Group Information Model - MOVE
1.2.840.10008.5.1.4.45.4		ImplantTemplateGroupInformationModelGet	Implant Template Group Information Model - GET
1.2.840.10008.10.1		VideoEndoscopicImageRealTimeCommunication	Video Endoscopic Image Real-Time Communication
1.2.840.10008.10.2		VideoPhotographicImageRealTimeCommunication	Video Photographic Image Real-Time Communication
1.2.840.10008.10.3		AudioWaveformRealTimeCommunication	Audio Waveform Real-Time Communication
1.2.840.10008.10.4		RenditionSelectionDocumentRealTimeCommunication	Rendition Selection Document Real-Time Communication
"""#
}
