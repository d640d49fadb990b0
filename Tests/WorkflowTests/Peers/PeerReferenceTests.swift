import DICOMNetwork
import Testing
import Workflow

@Suite struct PeerReferenceTests {
    @Test("Names and addresses", arguments: [
        ("OTHER", nil, nil, nil),
        ("reading room 2", nil, nil, nil),
        ("10.0.0.9:104", nil, "10.0.0.9", 104),
        ("PACS@10.0.0.9:104", "PACS", "10.0.0.9", 104),
        ("OLD PACS@pacs.example.org:11112", "OLD PACS", "pacs.example.org", 11112),
        ("A@B@pacs:104", "A@B", "pacs", 104),
        ("[::1]:104", nil, "::1", 104),
        ("PACS@[fe80::1%eth0]:104", "PACS", "fe80::1%eth0", 104),
    ] as [(String, String?, String?, Int?)])
    func reads(text: String, title: String?, host: String?, port: Int?) throws {
        let reference = try PeerReference(text)
        if let host, let port {
            #expect(reference == .address(aeTitle: title.flatMap { AETitle($0) }, host: host, port: port))
        } else {
            #expect(reference == .known(name: text))
        }
    }

    @Test("What is no node says why", arguments: [
        ("", "names no port"), ("PACS@10.0.0.9", "names no port"), ("host:0", "no port"), ("host:65536", "no port"), ("host:dicom", "no port"),
        (":104", "no host name"), ("::1:104", "brackets"), ("A\\B@host:104", "no AE title"), ("SEVENTEENLETTERSX@host:104", "no AE title"), ("@host:104", "no AE title"),
    ])
    func refuses(text: String, why: String) {
        #expect { try PeerReference(text) } throws: { "\($0)".contains(why) }
    }
}
