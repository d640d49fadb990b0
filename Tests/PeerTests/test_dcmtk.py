"""DCMTK as Debian ships it: echoscu, storescu, dcmsend."""
import pytest
from pydicom import dcmread

from peer import corpus, objects, web
from peer.dimse import dcmtk, make_dicomdir, needs_dcmtk
from peer.part10 import split

pytestmark = needs_dcmtk

# storescu's proposals, with a file of the corpus in that transfer syntax.
PROPOSALS = {
    "-xe": "derived/encaps-parent-explicit.dcm",
    "-xb": "derived/bigendian-mr.dcm",
    "-xi": "derived/implicit-mr.dcm",
    "-xd": "derived/deflated-mr.dcm",
    "-xs": "derived/jpeg-lossless-70-16bit.dcm",
    "-xy": "derived/jpeg-baseline-50-gray8.dcm",
    "-xx": "derived/jpeg-extended-51-12bit.dcm",
    "-xv": "derived/j2k-90-16bit.dcm",
    "-xw": "derived/j2k-91-16bit.dcm",
    "-xt": "derived/jpegls-80-16bit.dcm",
    "-xu": "derived/jpegls-81-near2.dcm",
    "-xr": "derived/rle-5-16bit.dcm",
    "-xm": "synthetic/video/mpeg2-mpml-100.dcm",
    "-xh": "synthetic/video/mpeg2-mphl-101.dcm",
    "-xn": "synthetic/video/mpeg4-high41-102.dcm",
    "-xl": "synthetic/video/mpeg4-bd-103.dcm",
    "-x2": "synthetic/video/mpeg4-high42-104.dcm",
    "-x4": "synthetic/video/hevc-main51-107.dcm",
    "-x5": "synthetic/video/hevc-main10-108.dcm",
}

# What DCMTK 3.6.7 has no option for: a configuration file names the syntax. Those that came after 3.6.7
# (HTJ2K, JPEG XL, .98, .8.1) it cannot send at all; pynetdicom sends them, in test_corpus.py.
CONFIGURED = {
    "1.2.840.10008.1.2.4.57": "derived/jpeg-lossless-57-sv2.dcm",
    "1.2.840.10008.1.2.4.53": "derived/jpeg-spectral-53-12bit.dcm",
    "1.2.840.10008.1.2.4.55": "derived/jpeg-progressive-55-8bit.dcm",
}


def retrieved(server, location):
    """The data set's bytes as the server gives them back, for a file that was sent."""
    header = dcmread(location, stop_before_pixels=True)
    answer = server.get("studies", header.StudyInstanceUID, "series", header.SeriesInstanceUID,
                        "instances", header.SOPInstanceUID, accept=web.ANY_SYNTAX)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    part = split(web.parts(answer)[0][1])
    return part.transfer_syntax, part.data_set


def test_echoscu(server):
    run = dcmtk("echoscu", "-v", "-aec", "ISOCENTER", "127.0.0.1", server.dimse)
    assert run.returncode == 0, run.stdout
    assert "Success" in run.stdout


def test_echoscu_repeats_on_one_association(server):
    assert dcmtk("echoscu", "--repeat", 50, "-aec", "ISOCENTER", "127.0.0.1", server.dimse).returncode == 0


def test_echoscu_proposes_38_transfer_syntaxes(server):
    run = dcmtk("echoscu", "-v", "--propose-ts", 38, "--propose-pc", 100, "-aec", "ISOCENTER", "127.0.0.1", server.dimse)
    assert run.returncode == 0, run.stdout


def test_storescu_sends_a_generated_study(server, scratch):
    images = objects.study()
    files = [objects.save(image, scratch / f"{n}.dcm") for n, image in enumerate(images)]
    run = dcmtk("storescu", "-R", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, *files)
    assert run.returncode == 0, run.stdout
    for file in files:
        assert retrieved(server, file)[1] == split(file.read_bytes()).data_set


def test_dcmsend_sends_a_folder(server, scratch):
    images = objects.study(series=2, instances=5)
    for n, image in enumerate(images):
        objects.save(image, scratch / f"series{image.SeriesNumber}" / f"{n}.dcm")
    run = dcmtk("dcmsend", "+sd", "+r", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, scratch)
    assert run.returncode == 0, run.stdout
    [found] = server.search("studies", StudyInstanceUID=images[0].StudyInstanceUID)
    assert web.value(found, "00201208") == 10 and web.value(found, "00201206") == 2


def test_dcmsend_sends_what_a_dicomdir_names(server, scratch):
    images = objects.study(series=1, instances=4)
    for n, image in enumerate(images):
        objects.save(image, scratch / f"IM{n}")
    make_dicomdir(scratch, [f"IM{n}" for n in range(4)])
    run = dcmtk("dcmsend", "+rd", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, scratch / "DICOMDIR")
    assert run.returncode == 0, run.stdout
    assert len(server.search("studies", images[0].StudyInstanceUID, "instances")) == 4


@pytest.mark.skipif(not corpus.present(), reason=f"no corpus at {corpus.FOLDER}")
@pytest.mark.parametrize("option", PROPOSALS)
def test_storescu_in_each_transfer_syntax(new_server, option):
    server = new_server()
    location = corpus.FOLDER / PROPOSALS[option]
    run = dcmtk("storescu", "-R", option, "-aec", "ISOCENTER", "127.0.0.1", server.dimse, location)
    assert run.returncode == 0, run.stdout
    sent = split(location.read_bytes())
    syntax, data = retrieved(server, location)
    assert syntax == sent.transfer_syntax, "stored in another syntax than it was sent in"
    # DCMTK re-encodes what is not compressed, so only encapsulated pixel data can be compared byte for byte here.
    if sent.transfer_syntax.startswith(("1.2.840.10008.1.2.4", "1.2.840.10008.1.2.5")):
        mark = b"\xe0\x7f\x10\x00"
        assert data[data.rindex(mark, 0, data.index(b"\xfe\xff\x00\xe0", data.index(mark))):] \
            == sent.data_set[sent.data_set.rindex(mark, 0, sent.data_set.index(b"\xfe\xff\x00\xe0", sent.data_set.index(mark))):]


@pytest.mark.skipif(not corpus.present(), reason=f"no corpus at {corpus.FOLDER}")
@pytest.mark.parametrize("syntax", CONFIGURED)
def test_storescu_with_a_configured_proposal(new_server, scratch, syntax):
    server = new_server()
    location = corpus.FOLDER / CONFIGURED[syntax]
    sop_class = split(location.read_bytes()).sop_class
    (scratch / "storescu.cfg").write_text(
        "[[TransferSyntaxes]]\n[Given]\n"
        f"TransferSyntax1 = {syntax}\n"
        "[[PresentationContexts]]\n[Contexts]\n"
        f"PresentationContext1 = {sop_class}\\Given\n"
        "[[Profiles]]\n[Default]\nPresentationContexts = Contexts\n")
    run = dcmtk("storescu", "-xf", scratch / "storescu.cfg", "Default", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, location)
    assert run.returncode == 0, run.stdout
    assert retrieved(server, location)[0] == syntax


def test_storescu_over_many_associations(server, scratch):
    image = objects.image()
    file = objects.save(image, scratch / "one.dcm")
    for _ in range(5):  # a re-send is a success that writes nothing
        assert dcmtk("storescu", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, file).returncode == 0
    assert len(server.search("instances", SOPInstanceUID=image.SOPInstanceUID)) == 1


@pytest.mark.parametrize("size", (4096, 16384, 131072))
def test_maximum_pdu_of_the_sender(server, scratch, size):
    file = objects.save(objects.image(objects.ramp(256, 256)), scratch / "large.dcm")
    run = dcmtk("storescu", "--max-pdu", size, "--max-send-pdu", size, "-aec", "ISOCENTER", "127.0.0.1", server.dimse, file)
    assert run.returncode == 0, run.stdout
    assert retrieved(server, file)[1] == split(file.read_bytes()).data_set


def test_aborted_by_the_sender(server, scratch):
    file = objects.save(objects.image(), scratch / "one.dcm")
    assert dcmtk("storescu", "--abort", "-aec", "ISOCENTER", "127.0.0.1", server.dimse, file).returncode == 0
    assert dcmtk("echoscu", "-aec", "ISOCENTER", "127.0.0.1", server.dimse).returncode == 0
