/// PS3.8 Table 9-10, row by row as the standard prints it; a range of states shares an action. What is not listed is empty.
let table910 = """
    Evt1  Sta1 AE-1
    Evt2  Sta4 AE-2
    Evt3  Sta2 AA-1; Sta3 AA-8; Sta5 AE-3; Sta6-Sta12 AA-8; Sta13 AA-6
    Evt4  Sta2 AA-1; Sta3 AA-8; Sta5 AE-4; Sta6-Sta12 AA-8; Sta13 AA-6
    Evt5  Sta1 AE-5
    Evt6  Sta2 AE-6; Sta3 AA-8; Sta5-Sta12 AA-8; Sta13 AA-7
    Evt7  Sta3 AE-7
    Evt8  Sta3 AE-8
    Evt9  Sta6 DT-1; Sta8 AR-7
    Evt10 Sta2 AA-1; Sta3 AA-8; Sta5 AA-8; Sta6 DT-2; Sta7 AR-6; Sta8-Sta12 AA-8; Sta13 AA-6
    Evt11 Sta6 AR-1
    Evt12 Sta2 AA-1; Sta3 AA-8; Sta5 AA-8; Sta6 AR-2; Sta7 AR-8; Sta8-Sta12 AA-8; Sta13 AA-6
    Evt13 Sta2 AA-1; Sta3 AA-8; Sta5-Sta6 AA-8; Sta7 AR-3; Sta8-Sta9 AA-8; Sta10 AR-10; Sta11 AR-3; Sta12 AA-8; Sta13 AA-6
    Evt14 Sta8 AR-4; Sta9 AR-9; Sta12 AR-4
    Evt15 Sta3 AA-1; Sta4 AA-2; Sta5-Sta12 AA-1
    Evt16 Sta2 AA-2; Sta3 AA-3; Sta5-Sta12 AA-3; Sta13 AA-2
    Evt17 Sta2 AA-5; Sta3-Sta12 AA-4; Sta13 AR-5
    Evt18 Sta2 AA-2; Sta13 AA-2
    Evt19 Sta2 AA-1; Sta3 AA-8; Sta5-Sta12 AA-8; Sta13 AA-7
    """

/// PS3.8 Tables 9-6 to 9-9: what each action does, in order, and the state after it. Where the role or the request decides,
/// the first line is for an acceptable request (AE-6) and for the association-requestor (AR-8).
let actionTable = """
    AE-1  open                                  Sta4
    AE-2  send A-ASSOCIATE-RQ                   Sta5
    AE-3  confirm accept                        Sta6
    AE-4  confirm reject, close                 Sta1
    AE-5  start ARTIM                           Sta2
    AE-6  stop ARTIM, indicate associate        Sta3
    AE-7  send A-ASSOCIATE-AC                   Sta6
    AE-8  send A-ASSOCIATE-RJ, start ARTIM      Sta13
    DT-1  send P-DATA-TF                        Sta6
    DT-2  indicate P-DATA                       Sta6
    AR-1  send A-RELEASE-RQ                     Sta7
    AR-2  indicate release                      Sta8
    AR-3  confirm release, close                Sta1
    AR-4  send A-RELEASE-RP, start ARTIM        Sta13
    AR-5  stop ARTIM                            Sta1
    AR-6  indicate P-DATA                       Sta7
    AR-7  send P-DATA-TF                        Sta8
    AR-8  indicate release collision            Sta9
    AR-9  send A-RELEASE-RP                     Sta11
    AR-10 confirm release                       Sta12
    AA-1  send A-ABORT user, start ARTIM        Sta13
    AA-2  stop ARTIM, close                     Sta1
    AA-3  indicate abort, close                 Sta1
    AA-4  indicate p-abort                      Sta1
    AA-5  stop ARTIM                            Sta1
    AA-6                                        Sta13
    AA-7  send A-ABORT provider                 Sta13
    AA-8  send A-ABORT provider, indicate p-abort, start ARTIM   Sta13
    """
