import Archive
import DICOMNetwork
import Database
import Workflow

// Every setting of the program. A new one is a line here; flags, environment, file, checks and help follow from it.
extension Settings {
    public static let data = Setting("data", default: "data", help: "folder that holds everything: index, objects, keys")

    public static let database = Setting("database", default: "", help: "where the index, users, peers and jobs lie: postgresql://user@host/name (its password in ~/.pgpass or PGPASSWORD), or sqlite, a file in the data folder") { name in
        ["", "sqlite"].contains(name) || PostgreSQLURL.isOne(name) ? nil : "this is neither sqlite nor a URL as postgresql://user@host/name"
    }

    public static let httpHost = Setting("http.host", default: "127.0.0.1", help: "address the web page and DICOMweb listen on; 0.0.0.0 for all (put TLS in front)")
    public static let httpPort = Setting("http.port", default: 8080, in: 0...65535, help: "its port; 0 chooses a free one")
    public static let httpMaxConnections = Setting("http.maxConnections", default: 1000, in: 1...100_000, help: "connections at once")
    public static let httpPublicURL = Setting("http.publicURL", default: "", help: "where clients see us, as https://pacs.example.org/images; empty: as a known proxy or the request says") { url in
        url.isEmpty || PublicURL(url) != nil ? nil : "'\(url)' is no URL of http or https without a query"
    }
    public static let httpProxies = Setting("http.proxies", default: ["127.0.0.0/8", "::1"], help: "addresses and networks of reverse proxies: what they say in X-Forwarded-Proto, -Host, -Prefix and -For is believed") { proxies in
        proxies.first { AddressRange($0) == nil }.map { "'\($0)' is no address or network" }
    }
    public static let httpOrigins = Setting("http.origins", default: [String](), help: "origins whose pages may use DICOMweb and the API (CORS), as https://viewer.example.org; * for all, without cookies") { origins in
        origins.first { !CrossOrigin.isOrigin($0) }.map { "'\($0)' is neither * nor an origin: scheme and host, without a path" }
    }

    public static let aeTitle = Setting("dimse.aet", default: "ISOCENTER", help: "our Application Entity title") { title in
        AETitle(title) != nil ? nil : "'\(title)' is no AE title: 1 to 16 characters, no backslash or control character"
    }
    public static let dimseHost = Setting("dimse.host", default: "0.0.0.0", help: "address the DICOM port listens on")
    public static let dimsePort = Setting("dimse.port", default: 11112, in: 0...65535, help: "its port; 0 chooses a free one")
    public static let dimseTLSPort = Setting("dimse.tls.port", default: 2762, in: 0...65535, help: "port for DICOM over TLS, open where a certificate is named; 0 chooses a free one")
    public static let dimseTLSCertificate = Setting("dimse.tls.certificate", default: "", help: "PEM file with our certificate and those that lead to its authority; read again when it changes")
    public static let dimseTLSKey = Setting("dimse.tls.key", default: "", help: "PEM file with the certificate's private key, without a passphrase")
    public static let dimseTLSAuthorities = Setting("dimse.tls.authorities", default: "", help: "PEM file with the authorities whose certificates are believed")
    public static let dimseTLSClientCertificates = Setting("dimse.tls.clientCertificates", default: "", help: "required, optional or none; empty: required where authorities are named") { choice in
        choice.isEmpty || TLSServer.ClientCertificates(rawValue: choice) != nil ? nil : "'\(choice)' is not required, optional or none"
    }
    public static let peers = Setting("dimse.peers", default: [String](), help: "known callers beside loopback and 'isocenter peers': AET or AET@address, a network too") { peers in
        peers.first { SettledPeer(text: $0) == nil }.map { "'\($0)' is neither AET nor AET@address" }
    }
    public static let loopbackPeers = Setting("dimse.loopbackPeers", default: true, help: "callers on this machine count as known")
    public static let checksCalledAETitle = Setting("dimse.checkCalledAET", default: false, help: "refuse callers that call us by another AE title")
    public static let checksCallingHost = Setting("dimse.checkCallingHost", default: false, help: "a peer without addresses may only call from those of its host name")
    public static let acceptsUnknownSOPClasses = Setting("dimse.unknownSOPClasses", default: true, help: "store objects of private and unknown SOP classes too")
    public static let maxAssociations = Setting("dimse.maxAssociations", default: 200, in: 1...10_000, help: "associations at once")
    public static let maxAssociationsPerPeer = Setting("dimse.maxAssociationsPerPeer", default: 20, in: 1...10_000, help: "associations at once from one address")
    public static let maxPDULength = Setting("dimse.maxPDULength", default: 262_144, in: 4096...1_048_576, unit: "bytes", help: "largest PDU we ask peers to send")
    public static let artimTimeout = Setting("dimse.artimTimeout", default: 30, in: 1...3600, unit: "s", help: "time for a caller to ask for an association, and for a connection to close")
    public static let idleTimeout = Setting("dimse.idleTimeout", default: 600, in: 1...86_400, unit: "s", help: "an association on which nothing happens is aborted")
    public static let dimseTimeout = Setting("dimse.timeout", default: 60, in: 1...3600, unit: "s", help: "a message that stalls is aborted")

    public static let associationDays = Setting("associations.days", default: 30, in: 1...3650, unit: "days", help: "how long the log of associations goes back")
    public static let associationNumber = Setting("associations.number", default: 20_000, in: 100...10_000_000, help: "associations that it holds at most")

    public static let bindsTitles = Setting("dimse.tls.bindTitles", default: false, help: "a caller's certificate must be for its AE title: by common name or alternative name")
    public static let tlsVerifiesHost = Setting("dimse.tls.verifyHost", default: true, help: "the certificate of a peer that we call must be for its host, unless the peer's fingerprint is known")

    public static let reserve = Setting("storage.reserve", default: 1024, in: 0...1_000_000_000, unit: "MiB", help: "free space below which nothing new is accepted")
    public static let recheck = Setting("storage.recheck", default: 60, in: 0...1440, unit: "min", help: "an object whose bytes were compared with their hash is given out without another look for this time, while its file stays as it is; 0 looks each time")
    public static let onConflict = Setting("storage.onConflict", default: "keepFirst", help: "same SOP Instance UID with other content: keepFirst, keepBoth, keepBothFromSameSource or quarantine") { policy in
        ConflictPolicy(rawValue: policy) != nil ? nil : "'\(policy)' is not keepFirst, keepBoth, keepBothFromSameSource or quarantine"
    }

    public static let foldersEvery = Setting("folders.every", default: 60, in: 1...43_200, unit: "min", help: "folders that were taken over are looked at as a whole this often, whatever the system tells of changes")
    public static let foldersGrace = Setting("folders.grace", default: 72, in: 0...87_600, unit: "h", help: "a file that is gone from a folder that was taken over stays in the index for this time, marked as missing")
    public static let foldersReaders = Setting("folders.readers", default: 2, in: 1...64, help: "files of a folder that was taken over that are read at the same time")
    public static let foldersNotified = Setting("folders.notify", default: true, help: "changes in folders that were taken over are seen at once, where the system tells of them (not for what other machines change on a share)")

    public static let uploadsKept = Setting("uploads.keep", default: 48, in: 1...8760, unit: "h", help: "an interrupted upload that is not continued is removed after this time")
    public static let uploadsPerUser = Setting("uploads.perUser", default: 16, in: 1...10_000, help: "unfinished uploads that a user may have")
    public static let deletionKept = Setting("deletion.keep", default: 30, in: 0...36_500, unit: "days", help: "what is deleted can be restored for this time; then its bytes are taken away")

    public static let workersCount = Setting("workers.count", default: 0, in: 0...1024, help: "processes that decode and encode frames; 0: one for each processor")
    public static let workersMemory = Setting("workers.memory", default: 2048, in: 64...1_048_576, unit: "MiB", help: "memory that a worker may use beside the frame itself; a frame that needs more fails")
    public static let workersSeconds = Setting("workers.seconds", default: 10, in: 1...3600, unit: "s", help: "time that decoding or encoding a frame may take; a frame that needs more fails")

    public static let jobsKept = Setting("jobs.keep", default: 30, in: 1...36_500, unit: "days", help: "a job that has ended stays in the list for this time")

    public static let commitsOnOpenAssociation = Setting("commitment.sameAssociation", default: true, help: "storage commitment is reported on the association on which it was asked, where that still stands; else on one of ours")
    public static let commitmentHashAge = Setting("commitment.hashAge", default: 0, in: 0...87_600, unit: "h", help: "objects that were read and found right within this time are not read again for storage commitment; 0 reads them each time")
    public static let commitmentPatience = Setting("commitment.patience", default: 7, in: 1...365, unit: "days", help: "a report of storage commitment, or a request of ours, is tried for this time")
    public static let commitmentWait = Setting("commitment.wait", default: 30, in: 0...3600, unit: "s", help: "our association on which we asked for storage commitment is kept open for the report for this time")
    public static let commitmentKept = Setting("commitment.keep", default: 365, in: 1...36_500, unit: "days", help: "storage commitments and their results are kept for this time")

    public static let stableAfter = Setting("studies.stableAfter", default: 60, in: 1...86_400, unit: "s", help: "a study of which nothing came for this time counts as whole, until more comes")
    public static let changeDays = Setting("changes.days", default: 365, in: 1...36_500, unit: "days", help: "how long the change feed goes back")
    public static let changeNumber = Setting("changes.number", default: 10_000_000, in: 100...10_000_000_000, help: "changes that it holds at most")

    public static let sessionLifetime = Setting("sessions.lifetime", default: 12, in: 1...720, unit: "h", help: "a login ends after this time")
    public static let sessionIdle = Setting("sessions.idle", default: 120, in: 1...43_200, unit: "min", help: "a login ends when it is not used for this time")

    public static let auditSyslog = Setting("audit.syslog.receivers", default: [String](), help: "receivers of audit messages: tls://host:6514, tcp://host:601 or udp://host:514") { receivers in
        receivers.first { SyslogReceiver($0) == nil }.map { "'\($0)' is neither tls://host:port, tcp://host:port nor udp://host:port" }
    }
    public static let auditSyslogAuthorities = Setting("audit.syslog.authorities", default: "", help: "PEM file with the authorities that receivers' certificates are believed by; empty: those of the system")
    public static let auditSyslogCertificate = Setting("audit.syslog.certificate", default: "", help: "PEM file with the certificate that we show to receivers, where they ask for one")
    public static let auditSyslogKey = Setting("audit.syslog.key", default: "", help: "PEM file with its private key, without a passphrase")
    public static let secondFactor = Setting("accounts.secondFactor", default: "nobody", help: "who must have a second factor (one-time codes or a passkey) beside the password: nobody, administrators or everyone") { rule in
        SecondFactorRule(rawValue: rule) != nil ? nil : "'\(rule)' is not nobody, administrators or everyone"
    }
    public static let passwordLength = Setting("accounts.passwordLength", default: 12, in: 8...64, help: "characters that a new password needs at least; 15 where there is no second factor, says NIST SP 800-63B-4")
    public static let passwordBlockList = Setting("accounts.passwordBlockList", default: "", help: "file with passwords that are not allowed, one a line, such as those known from breaches")
    public static let hashMemory = Setting("accounts.hashMemory", default: 32, help: "memory in MiB that a try of a password costs (scrypt): a power of two from 16 to 1024; passwords follow at the next login") { memory in
        (16...1024).contains(memory) && memory.nonzeroBitCount == 1 ? nil : "\(memory) is no power of two from 16 to 1024"
    }
    public static let hashPasses = Setting("accounts.hashPasses", default: 3, in: 1...64, help: "passes over it")

    public static let logLevel = Setting("log.level", default: "info", help: "trace, debug, info, notice, warning or error") { level in
        ["trace", "debug", "info", "notice", "warning", "error"].contains(level) ? nil : "'\(level)' is no log level"
    }
    public static let webRoot = Setting("web.root", default: "", help: "folder with the application's files, for work on the page itself; empty: those of the program")

    static let all: [any AnySetting] = [
        data, database, httpHost, httpPort, httpMaxConnections, httpPublicURL, httpProxies, httpOrigins,
        aeTitle, dimseHost, dimsePort, dimseTLSPort, dimseTLSCertificate, dimseTLSKey, dimseTLSAuthorities, dimseTLSClientCertificates, peers, loopbackPeers, checksCalledAETitle, checksCallingHost, acceptsUnknownSOPClasses,
        maxAssociations, maxAssociationsPerPeer, maxPDULength, artimTimeout, idleTimeout, dimseTimeout,
        bindsTitles, tlsVerifiesHost,
        associationDays, associationNumber,
        reserve, recheck, onConflict, deletionKept,
        foldersEvery, foldersGrace, foldersReaders, foldersNotified,
        uploadsKept, uploadsPerUser,
        workersCount, workersMemory, workersSeconds,
        jobsKept,
        commitsOnOpenAssociation, commitmentHashAge, commitmentPatience, commitmentWait, commitmentKept,
        stableAfter, changeDays, changeNumber,
        sessionLifetime, sessionIdle,
        auditSyslog, auditSyslogAuthorities, auditSyslogCertificate, auditSyslogKey,
        secondFactor, passwordLength, passwordBlockList, hashMemory, hashPasses,
        logLevel, webRoot,
    ]
}
