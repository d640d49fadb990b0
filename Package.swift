// swift-tools-version: 6.2
import PackageDescription

/// Pixel loops without optimisation take a hundred times as long: tests would measure patience.
let pixelLoops: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "isocenter",
    products: [
        .executable(name: "isocenter", targets: ["isocenter"]),
        // For the benchmarks.
        .library(name: "DICOM", targets: ["DICOM"]),
        .library(name: "DICOMImage", targets: ["DICOMImage"]),
        .library(name: "Workers", targets: ["Workers"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: Row 0: values and encodings, no I/O

        // PS3.5, PS3.6, PS3.10, PS3.18 Annex F: bytes to data sets and back.
        .target(name: "DICOM", dependencies: ["CZlib"]),

        // Codecs of our own: bytes to samples and back. Imports nothing, so that the same files run in the browser as WebAssembly.
        .target(name: "ImageCodecs", swiftSettings: pixelLoops),

        // Generated phantoms to fill an archive with, computed one instance at a time.
        .target(name: "Demo", dependencies: ["DICOM"], swiftSettings: pixelLoops),

        // MARK: Row 1: one resource each

        // PS3.7, PS3.8: socket to PDU to DIMSE message, both roles.
        .target(
            name: "DICOMNetwork",
            dependencies: [
                "DICOM",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // PS3.18: media types, multipart and URLs, for the server's door and the client alike; the client.
        .target(
            name: "DICOMweb",
            dependencies: [
                "DICOM",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // PS3.3 C.7.6.3, C.11: data set to frames to display values.
        .target(
            name: "DICOMImage",
            dependencies: [
                "DICOM", "ImageCodecs",
                "CCharLS", "CFreeType", "CFriBidi", "CJPEG", "CJPEGXL", "CLittleCMS", "COpenJPEG", "COpenJPH", "CTurboJPEG", "CVideo", "CZlib",
            ],
            swiftSettings: pixelLoops
        ),
        // Worker processes that decode and encode frames, fed and read through shared memory.
        .target(name: "Workers", dependencies: ["DICOM", "DICOMImage", "CPosix"]),
        // One SQL for every engine.
        .target(name: "Database", dependencies: ["CPostgreSQL", .product(name: "GRDB", package: "GRDB.swift")]),

        // PS3.15 A.5: what happened, as a chain of rows in the transaction of each act; DICOM audit messages and syslog made from them.
        .target(name: "Audit", dependencies: ["Database", .product(name: "Crypto", package: "swift-crypto")]),

        // MARK: Row 2: the archive

        // Ingest, storage, index, query. Knows neither network nor pixels.
        .target(
            name: "Archive",
            dependencies: [
                "Audit", "DICOM", "Database", "CPosix",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // What happens between peers: who they are, sending to them, storage commitment, jobs that outlive a request.
        .target(
            name: "Workflow",
            dependencies: [
                "Archive", "Audit", "DICOM", "DICOMImage", "DICOMNetwork", "DICOMweb", "Database",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        // MARK: Row 3: doors

        // DIMSE, DICOMweb, the web page; security, settings, composition root.
        .target(
            name: "IsocenterServer",
            dependencies: [
                "Archive", "Audit", "CZlib", "DICOM", "DICOMImage", "DICOMNetwork", "DICOMweb", "Database", "Viewer", "Workers", "Workflow",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        // The browser's files.
        .target(name: "Viewer", path: "Viewer", exclude: ["tests", "wasm"], sources: ["Viewer.swift"], resources: [.copy("app")]),

        // MARK: Row 4: commands

        .executableTarget(
            name: "isocenter",
            dependencies: [
                "IsocenterServer", "Archive", "Audit", "CLibArchive", "DICOM", "DICOMImage", "DICOMNetwork", "DICOMweb", "Database", "Demo", "Workers", "Workflow",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // MARK: C libraries and calls that the Glibc overlay lacks

        .target(name: "CPosix"),
        // libjpeg-turbo for 8 bits and GDCM's build of the IJG library for 12: both leave by longjmp, which is caught here.
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("gdcmjpeg12")]),
        // OpenJPH is C++: its exceptions are caught here.
        .target(name: "COpenJPH", linkerSettings: [.linkedLibrary("openjph")]),
        // Video by libav, whose Debian build is GPL: linked only where it is installed; without its headers the target says so.
        .target(name: "CVideo", dependencies: ["CLibAVCodec", "CLibAVFormat", "CLibAVUtil", "CLibSWScale"]),
        .systemLibrary(name: "CLibAVCodec", pkgConfig: "libavcodec"),
        .systemLibrary(name: "CLibAVFormat", pkgConfig: "libavformat"),
        .systemLibrary(name: "CLibAVUtil", pkgConfig: "libavutil"),
        .systemLibrary(name: "CLibSWScale", pkgConfig: "libswscale"),
        .systemLibrary(name: "CCharLS", pkgConfig: "charls", providers: [.apt(["libcharls-dev"])]),
        .systemLibrary(name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
        .systemLibrary(name: "CFriBidi", pkgConfig: "fribidi", providers: [.apt(["libfribidi-dev"])]),
        .systemLibrary(name: "CJPEGXL", pkgConfig: "libjxl", providers: [.apt(["libjxl-dev"])]),
        .systemLibrary(name: "CLittleCMS", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"])]),
        .systemLibrary(name: "COpenJPEG", pkgConfig: "libopenjp2", providers: [.apt(["libopenjp2-7-dev"])]),
        .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // MARK: Tests

        .testTarget(name: "DICOMTests", dependencies: ["DICOM"]),
        .testTarget(name: "DICOMNetworkTests", dependencies: ["DICOMNetwork", "DICOM", .product(name: "NIOEmbedded", package: "swift-nio")]),
        .testTarget(name: "DICOMwebTests", dependencies: ["DICOMweb", "DICOM", .product(name: "NIOCore", package: "swift-nio")]),
        .testTarget(name: "ImageCodecsTests", dependencies: ["ImageCodecs", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(name: "WorkersTests", dependencies: ["Workers", "DICOMImage", "DICOM", "isocenter"]),
        .testTarget(name: "DICOMImageTests", dependencies: ["DICOMImage", "DICOM", "CCharLS", "CTurboJPEG", "CZlib", .product(name: "Crypto", package: "swift-crypto")]),
        // The engines under test: a private PostgreSQL server, started once and gone with the tests.
        .target(name: "DatabaseFixtures", dependencies: ["Database", "CPostgreSQL"], path: "Tests/DatabaseFixtures"),
        .testTarget(name: "DatabaseTests", dependencies: ["Database", "DatabaseFixtures"]),
        .testTarget(name: "AuditTests", dependencies: ["Audit", "Database", "DatabaseFixtures"]),
        .testTarget(name: "DemoTests", dependencies: ["Demo", "DICOM"]),
        .testTarget(name: "ArchiveTests", dependencies: ["Archive", "Database", "DatabaseFixtures", "DICOM", .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log")]),
        .testTarget(name: "WorkflowTests", dependencies: ["Workflow", "Archive", "DICOM", "DICOMNetwork", "Database", "DatabaseFixtures", .product(name: "Logging", package: "swift-log")]),
        .testTarget(
            name: "IsocenterServerTests",
            dependencies: [
                "IsocenterServer", "Archive", "Audit", "Database", "DatabaseFixtures", "DICOM", "DICOMNetwork", "Workflow",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
