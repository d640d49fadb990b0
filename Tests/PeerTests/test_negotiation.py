"""Negotiation beside presentation contexts (PS3.7 Annex D.3.3), by pynetdicom and DCMTK."""
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_role
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation, SOPClassCommonExtendedNegotiation, SOPClassExtendedNegotiation, UserIdentityNegotiation)

from peer import objects, wire
from peer.dimse import SUCCESS, VERIFICATION, association, dcmtk, needs_dcmtk

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STORAGE_SERVICE = "1.2.840.10008.4.2"
LITTLE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def associate(server, contexts, *negotiations, calling="PYNETDICOM", max_pdu=16382, **kwargs):
    ae = AE(ae_title=calling)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 30
    for sop_class in contexts:
        ae.add_requested_context(sop_class, LITTLE)
    return ae.associate("127.0.0.1", server.dimse, ae_title=server.aet, ext_neg=list(negotiations), max_pdu=max_pdu, **kwargs)


def window(invoked, performed):
    item = AsynchronousOperationsWindowNegotiation()
    item.maximum_number_operations_invoked, item.maximum_number_operations_performed = invoked, performed
    return item


@pytest.mark.parametrize("asked", [(1, 1), (5, 3), (0, 0), (65535, 65535)])
def test_asynchronous_window_is_never_exceeded(server, asked):
    assoc = associate(server, [VERIFICATION], window(*asked))
    assert assoc.is_established
    answer = assoc.acceptor.asynchronous_operations
    for granted, proposed in zip(answer, asked):
        assert granted > 0 and (proposed == 0 or granted <= proposed)
    assert assoc.send_c_echo().Status == SUCCESS
    assoc.release()


def test_window_is_not_answered_where_it_was_not_asked(server):
    with association(server.dimse, [(VERIFICATION, LITTLE)]) as assoc:
        assert not [i for i in assoc.acceptor.user_information if isinstance(i, AsynchronousOperationsWindowNegotiation)]


def test_role_selection_is_answered_for_what_is_served_only(server):
    # We may be asked to be provider of verification only.
    assoc = associate(server, [VERIFICATION], build_role(VERIFICATION, scu_role=True, scp_role=True))
    assert assoc.is_established
    role = assoc.acceptor.role_selection[VERIFICATION]
    assert (role.scu_role, role.scp_role) == (True, False)
    assert assoc.send_c_echo().Status == SUCCESS
    assoc.release()


def test_role_selection_of_an_unserved_class_is_not_answered(server):
    unserved = "1.2.840.10008.5.1.1.9"
    assoc = associate(server, [VERIFICATION, unserved], build_role(unserved, scu_role=True, scp_role=True))
    assert assoc.is_established and unserved not in assoc.acceptor.role_selection
    assoc.release()


def common_extended(sop_class, service=STORAGE_SERVICE, related=()):
    item = SOPClassCommonExtendedNegotiation()
    item.sop_class_uid, item.service_class_uid = sop_class, service
    item.related_general_sop_class_identification = list(related)
    return item


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A server that does not take unknown SOP classes for storage by itself."""
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("strict"), env={"ISOCENTER_DIMSE_UNKNOWN_S_O_P_CLASSES": "false"}).start().add_administrator()
    yield server
    assert server.stop() == 0


@pytest.mark.parametrize("negotiation, stored", [
    (None, False),
    (dict(service=STORAGE_SERVICE), True),
    (dict(service="1.2.840.10008.4.2.99", related=[CT]), True),
    (dict(service="1.2.840.10008.4.2.99", related=[VERIFICATION]), False),
])
def test_common_extended_negotiation_makes_an_unknown_class_storage(strict, negotiation, stored):
    image = objects.image(sop_class="1.2.826.0.1.3680043.2.1143.99.7")
    items = [] if negotiation is None else [common_extended(image.SOPClassUID, **negotiation)]
    assoc = associate(strict, [VERIFICATION, image.SOPClassUID], *items)
    assert assoc.is_established
    accepted = [c for c in assoc.accepted_contexts if c.abstract_syntax == image.SOPClassUID]
    assert bool(accepted) == stored
    if stored:
        assert assoc.send_c_store(image).Status == SUCCESS
    assoc.release()


def test_extended_negotiation_of_a_class_without_any_is_not_answered(server):
    item = SOPClassExtendedNegotiation()
    item.sop_class_uid, item.service_class_application_information = CT, b"\x02\x00\x01\x00\x00\x00"
    assoc = associate(server, [CT], item)
    assert assoc.is_established and CT not in assoc.acceptor.sop_class_extended
    assoc.release()


@pytest.mark.parametrize("pdu", [0, 7, 16, 128, 4096, 16384, 131072])
def test_maximum_length_of_any_size(server, pdu):
    # What we send is small; nothing of it may exceed what was announced.
    assoc = associate(server, [VERIFICATION], max_pdu=pdu)
    assert assoc.is_established and assoc.send_c_echo().Status == SUCCESS
    assoc.release()


def test_implementation_is_named(server):
    with association(server.dimse, [(VERIFICATION, LITTLE)]) as assoc:
        assert assoc.acceptor.implementation_class_uid.startswith("2.25.")
        assert assoc.acceptor.implementation_version_name.startswith("ISOCENTER")
        assert assoc.acceptor.maximum_length > 0


@pytest.mark.parametrize("kind, secret", [(1, "tell-nobody-1"), (2, "tell-nobody-2"), (5, "tell-nobody-5")])
def test_user_identity_is_not_written_to_the_log(server, kind, secret):
    item = UserIdentityNegotiation()
    item.user_identity_type, item.primary_field = kind, secret.encode()
    if kind == 2:
        item.secondary_field = secret.encode()
    item.positive_response_requested = True
    assoc = associate(server, [VERIFICATION], item)
    if assoc.is_established:
        assoc.release()
    assert secret not in server.log


@needs_dcmtk
def test_termscu_is_answered(server):
    done = dcmtk("termscu", "-aec", server.aet, "127.0.0.1", server.dimse)
    assert done.returncode is not None and server.alive
    assert dcmtk("echoscu", "-aec", server.aet, "127.0.0.1", server.dimse).returncode == 0


@needs_dcmtk
@pytest.mark.parametrize("size", [4096, 16384, 131072])
def test_dcmtk_at_its_smallest_and_largest_pdu(server, size):
    done = dcmtk("echoscu", "-v", "-pdu", size, "-aec", server.aet, "127.0.0.1", server.dimse)
    assert done.returncode == 0, done.stdout
