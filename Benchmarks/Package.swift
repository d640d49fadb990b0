// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "isocenter", path: "..")],
    targets: [
        // Opens, reads and parses files up to their pixel data.
        .executableTarget(name: "header-parsing", dependencies: [.product(name: "DICOM", package: "isocenter")]),
        // Encodes and decodes frames in every transfer syntax.
        .executableTarget(
            name: "codecs", dependencies: [.product(name: "DICOM", package: "isocenter"), .product(name: "DICOMImage", package: "isocenter")]),
        // Frames through worker processes and without them.
        .executableTarget(
            name: "worker-handover",
            dependencies: [
                .product(name: "DICOM", package: "isocenter"), .product(name: "DICOMImage", package: "isocenter"), .product(name: "Workers", package: "isocenter"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
