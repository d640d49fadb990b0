"""Audit messages as an outsider reads them: the schema of PS3.15 A.5.1 and the tables of A.5.3, written down here by hand."""
import base64
import xml.etree.ElementTree as ET

# (EventID, EventActionCode, EventTypeCode or None) of PS3.15 Tables A.5.3.1-1 to A.5.3.12-1 and CID 401.
EVENTS = {
    "application start": ("110100", "E", "110120"), "application stop": ("110100", "E", "110121"),
    "audit log used": ("110101", "R", None),
    "begin transferring": ("110102", "E", None),
    "instances accessed": ("110103", "R", None), "instances updated": ("110103", "U", None), "instances created": ("110103", "C", None), "instances deleted": ("110103", "D", None),
    "instances received": ("110104", "C", None), "instances sent": ("110104", "R", None),
    "study deleted": ("110105", "D", None),
    "export": ("110106", "R", None), "import": ("110107", "C", None),
    "attach": ("110108", "E", "110124"), "detach": ("110108", "E", "110125"),
    "query": ("110112", "E", None),
    "node authentication": ("110113", "E", "110126"), "restricted function": ("110113", "E", "110132"), "network configuration": ("110113", "E", "110128"),
    "user attributes": ("110113", "E", "110137"), "security configuration": ("110113", "E", "110129"), "software configuration": ("110113", "E", "110131"),
    "login": ("110114", "E", "110122"), "logout": ("110114", "E", "110123"),
}
DESTINATION, SOURCE, APPLICATION = "110152", "110153", "110150"
CODED = {"csd-code", "codeSystemName", "originalText"}


class Message:
    """One AuditMessage, checked against the schema while it is read."""

    def __init__(self, element):
        self.element = element
        assert element.tag == "AuditMessage"
        kinds = [child.tag for child in element]
        order = ["EventIdentification", "ActiveParticipant", "AuditSourceIdentification", "ParticipantObjectIdentification"]
        assert kinds == sorted(kinds, key=order.index), kinds
        assert kinds.count("EventIdentification") == 1 and kinds.count("ActiveParticipant") >= 1 and kinds.count("AuditSourceIdentification") == 1
        event = element.find("EventIdentification")
        assert set(event.attrib) == {"EventActionCode", "EventDateTime", "EventOutcomeIndicator"} and event.get("EventOutcomeIndicator") in ("0", "4", "8", "12")
        for coded in element.iter():
            if coded.tag in ("EventID", "EventTypeCode", "RoleIDCode", "ParticipantObjectIDTypeCode"):
                assert set(coded.attrib) == CODED and all(coded.attrib.values()), ET.tostring(coded)
        assert element.find("AuditSourceIdentification").get("AuditSourceID")
        kind = event.find("EventTypeCode")
        self.event = (event.find("EventID").get("csd-code"), event.get("EventActionCode"), None if kind is None else kind.get("csd-code"))
        self.outcome = event.get("EventOutcomeIndicator")
        self.words = event.findtext("EventOutcomeDescription")
        assert self.event in EVENTS.values(), self.event
        self.participants = element.findall("ActiveParticipant")
        for participant in self.participants:
            assert participant.get("UserID") and participant.get("UserIsRequestor") in ("true", "false")
            assert (participant.get("NetworkAccessPointID") is None) == (participant.get("NetworkAccessPointTypeCode") is None)
        for thing in self.objects():
            assert thing.get("ParticipantObjectID") and (thing.find("ParticipantObjectName") is None) != (thing.find("ParticipantObjectQuery") is None)

    def objects(self, code=None):
        found = self.element.findall("ParticipantObjectIdentification")
        return [one for one in found if code is None or one.find("ParticipantObjectIDTypeCode").get("csd-code") == code]

    @property
    def study(self):
        return next((one.get("ParticipantObjectID") for one in self.objects("110180")), None)

    @property
    def patient(self):
        return next(((one.get("ParticipantObjectID"), one.findtext("ParticipantObjectName")) for one in self.objects("2")), None)

    @property
    def classes(self):
        return {one.get("UID"): int(one.get("NumberOfInstances")) for one in self.element.iter("SOPClass")}

    @property
    def query(self):
        return next((base64.b64decode(one.findtext("ParticipantObjectQuery")).decode() for one in self.objects() if one.find("ParticipantObjectQuery") is not None), None)

    def role(self, code):
        """Who has this role: (UserID, is the requestor, access point)."""
        for one in self.participants:
            if any(role.get("csd-code") == code for role in one.findall("RoleIDCode")):
                return one.get("UserID"), one.get("UserIsRequestor") == "true", one.get("NetworkAccessPointID")
        return None

    @property
    def users(self):
        return {one.get("UserID") for one in self.participants}


def messages(server, **query):
    """Of the whole trail, the oldest first."""
    answer = server.session.get(f"{server.http}/api/audit/export", params={"format": "xml", **query}, timeout=60)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/xml"), answer.text[:500]
    return [Message(element) for element in ET.fromstring(answer.content)]


def of(found, name, study=None):
    return [one for one in found if one.event == EVENTS[name] and (study is None or one.study == study)]


def records(server, **query):
    answer = server.session.get(f"{server.http}/api/audit", params=query, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()["records"]
