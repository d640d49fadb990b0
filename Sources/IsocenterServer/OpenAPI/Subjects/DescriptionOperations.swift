extension Subject {
    static let description = Subject(
        "Description", "What can be asked of this server",
        operations: """
            GET /api/openapi.json  describe  user
                All operations as an OpenAPI 3.1 document.
                > 200  any  the document
                > 304  -  it is as the client has it
            GET /dicom-web/capabilities  readCapabilities  user
                The DICOMweb service's capabilities (PS3.18 §8.9), as OPTIONS of /dicom-web answers too.
                : Accept  string  `application/json`  application/vnd.sun.wadl+xml unless said: JSON is an OpenAPI document of /dicom-web
                > 200  application/vnd.sun.wadl+xml, application/json any  the capabilities
                > 406  neither is accepted
            OPTIONS /dicom-web  readCapabilitiesByOptions  user
                The DICOMweb service's capabilities (PS3.18 §8.9).
                : Accept  string  `application/json`  application/vnd.sun.wadl+xml unless said: JSON is an OpenAPI document of /dicom-web
                > 200  application/vnd.sun.wadl+xml, application/json any  the capabilities
                > 406  neither is accepted
            """)
}
