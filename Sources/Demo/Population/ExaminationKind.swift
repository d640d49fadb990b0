/// Examinations and how often they are made: plain film 62 %, ultrasound 20 %, CT 9 %, MR 7 % as in England's imaging data set of
/// 2012/13; images a study as modalities of these years make them.
struct ExaminationKind: Sendable {
    /// Of a thousand.
    var weight: Int
    var series: [SeriesKind]
    /// Body Part Examined and what the study is called.
    var parts: [(part: String, descriptions: [String])]

    struct SeriesKind: Sendable {
        var modality: String
        var sopClass: String
        var descriptions: [String]
        /// Series of this kind in a study.
        var count: ClosedRange<Int>
        var instances: ClosedRange<Int>
        var rows = 512
        var columns = 512
        var bits = 16
        var frames = 1...1
    }

    static let all: [ExaminationKind] = [
        ExaminationKind(weight: 560, series: [dx], parts: radiographs),
        ExaminationKind(weight: 40, series: [cr], parts: radiographs),
        ExaminationKind(weight: 195, series: [us], parts: [
            ("ABDOMEN", ["US Abdomen", "Sonographie Abdomen", "Écho abdominale"]), ("HEART", ["Transthoracic echo", "Echokardiographie"]),
            ("NECK", ["US Thyroid", "Schilddrüse"]), ("PELVIS", ["US Pelvis", "Obstetric US 2nd trimester"]), ("LEG", ["Venous duplex leg"]),
        ]),
        ExaminationKind(weight: 50, series: [scout, ct(30...120, 1...3)], parts: sections),
        ExaminationKind(weight: 40, series: [scout, ct(250...1000, 2...4)], parts: sections + [("HEART", ["CT Coronary angiography"])]),
        ExaminationKind(weight: 70, series: [mr], parts: [
            ("HEAD", ["MR Brain", "MRT Schädel", "IRM cérébrale"]), ("LSPINE", ["MR Lumbar spine", "MRT LWS"]), ("KNEE", ["MR Knee", "IRM genou"]),
            ("ABDOMEN", ["MR Liver", "MRCP"]), ("PROSTATE", ["MR Prostate multiparametric"]), ("SHOULDER", ["MR Shoulder"]),
        ]),
        ExaminationKind(weight: 25, series: [mg], parts: [("BREAST", ["Screening mammography", "Mammographie", "Mammography diagnostic"])]),
        ExaminationKind(weight: 9, series: [xa], parts: [("HEART", ["Coronary angiography", "PCI"]), ("HEAD", ["Cerebral angiography"])]),
        ExaminationKind(weight: 5, series: [scout, ct(250...400, 1...1), pt], parts: [("WHOLEBODY", ["PET/CT FDG whole body", "PET/CT"])]),
        ExaminationKind(weight: 4, series: [nm], parts: [("THYROID", ["Thyroid scintigraphy"]), ("SKELETON", ["Bone scintigraphy"])]),
        ExaminationKind(weight: 2, series: [pdf], parts: [("", ["Scanned document", "Outside report"])]),
    ]

    private static let radiographs = [
        ("CHEST", ["Chest PA and lateral", "Thorax in 2 Ebenen", "Radio thorax face"]), ("HAND", ["Hand 2 views", "Hand dorsopalmar"]),
        ("KNEE", ["Knee AP/lateral", "Genou face et profil"]), ("PELVIS", ["Pelvis AP", "Beckenübersicht"]), ("LSPINE", ["Lumbar spine 2 views"]),
        ("ANKLE", ["Ankle 2 views"]), ("SHOULDER", ["Shoulder AP/Y"]), ("ABDOMEN", ["Abdomen supine"]),
    ]

    private static let sections = [
        ("HEAD", ["CT Head without contrast", "CCT nativ"]), ("CHEST", ["CT Chest", "CT Thorax mit KM", "TDM thoracique"]),
        ("ABDOMEN", ["CT Abdomen/Pelvis with contrast", "CT Abdomen"]), ("CSPINE", ["CT Cervical spine"]), ("ANGIO", ["CT Angiography aorta"]),
    ]

    private static let dx = SeriesKind(
        modality: "DX", sopClass: "1.2.840.10008.5.1.4.1.1.1.1", descriptions: ["PA", "LAT", "AP", "Oblique"], count: 1...2, instances: 1...3, rows: 2800, columns: 2300)
    private static let cr = SeriesKind(
        modality: "CR", sopClass: "1.2.840.10008.5.1.4.1.1.1", descriptions: ["PA", "LAT", "AP"], count: 1...2, instances: 1...2, rows: 2140, columns: 1760)
    private static let us = SeriesKind(
        modality: "US", sopClass: "1.2.840.10008.5.1.4.1.1.6.1", descriptions: ["", "Doppler", "B mode"], count: 1...1, instances: 8...72, rows: 768, columns: 1024, bits: 8)
    private static let scout = SeriesKind(
        modality: "CT", sopClass: "1.2.840.10008.5.1.4.1.1.2", descriptions: ["Scout", "Topogramm"], count: 1...1, instances: 1...2)
    private static func ct(_ instances: ClosedRange<Int>, _ count: ClosedRange<Int>) -> SeriesKind {
        SeriesKind(
            modality: "CT", sopClass: "1.2.840.10008.5.1.4.1.1.2", descriptions: ["1.0 B30f", "Bone 0.75", "Lung 1.5", "5.0 Br40 axial", "cor MPR 3.0", "Arterial phase", "Venous phase"],
            count: count, instances: instances)
    }
    private static let mr = SeriesKind(
        modality: "MR", sopClass: "1.2.840.10008.5.1.4.1.1.4",
        descriptions: ["t1_tse_sag", "t2_tse_tra", "FLAIR cor", "ep2d_diff ADC", "t1 mprage iso", "localizer", "PD fs", "dynamic post contrast"],
        count: 6...12, instances: 20...80, rows: 384, columns: 384)
    private static let mg = SeriesKind(
        modality: "MG", sopClass: "1.2.840.10008.5.1.4.1.1.1.2", descriptions: ["R CC", "L CC", "R MLO", "L MLO"], count: 4...4, instances: 1...2, rows: 4096, columns: 3328)
    private static let xa = SeriesKind(
        modality: "XA", sopClass: "1.2.840.10008.5.1.4.1.1.12.1", descriptions: ["Coro LCA", "Coro RCA", "LV"], count: 4...20, instances: 1...1, rows: 1024, columns: 1024, frames: 20...120)
    private static let pt = SeriesKind(
        modality: "PT", sopClass: "1.2.840.10008.5.1.4.1.1.128", descriptions: ["WB AC", "WB NAC"], count: 2...2, instances: 250...400, rows: 200, columns: 200)
    private static let nm = SeriesKind(
        modality: "NM", sopClass: "1.2.840.10008.5.1.4.1.1.20", descriptions: ["Static", "Dynamic"], count: 1...2, instances: 1...2, rows: 256, columns: 256, frames: 1...60)
    private static let pdf = SeriesKind(
        modality: "DOC", sopClass: "1.2.840.10008.5.1.4.1.1.104.1", descriptions: ["Document"], count: 1...1, instances: 1...1, rows: 0, columns: 0)
}
