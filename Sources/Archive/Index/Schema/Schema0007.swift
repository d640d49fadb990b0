/// Objects of no patient and no study (PS3.18 §12): hanging protocols, colour palettes, implant templates. They are few, so what is
/// searched lies in `attributes` alone: all small ones of the object in explicit VR little endian, text in UTF-8.
let schema0007 = """
    CREATE TABLE non_patient_instance (
        id               {identity},
        category         {text} NOT NULL,
        sop_uid          {text} NOT NULL UNIQUE,
        sop_class        {text} NOT NULL,
        transfer_syntax  {text} NOT NULL,
        object           {bytes} NOT NULL,
        size             BIGINT NOT NULL,
        data_set         BIGINT NOT NULL,
        header           BIGINT NOT NULL,
        received         BIGINT NOT NULL,
        source           {text} NOT NULL,
        attributes       {bytes} NOT NULL
    );
    CREATE INDEX non_patient_instance_by_category ON non_patient_instance (category, id);
    CREATE INDEX non_patient_instance_by_object   ON non_patient_instance (object);
    """
