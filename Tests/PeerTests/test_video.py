"""Video through every door: single frames beside what ffmpeg makes of the same stream, and the stream itself as it was sent."""
import functools
import io
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from peer import corpus, objects, web
from peer.server import isocenter

FFMPEG = shutil.which("ffmpeg")
VIDEO_PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.4.1"
COUNT, ROWS, COLUMNS = 20, 96, 160

# name: transfer syntax, how ffmpeg makes it, media type, fragments, a file of the corpus where there is no ffmpeg
VIDEOS = {
    "h264-mp4": ("1.2.840.10008.1.2.4.102", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "mp4"), "video/mp4", 1, "mpeg4-high41-102"),
    "h264-fragments": ("1.2.840.10008.1.2.4.102.1", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "mp4"), "video/mp4", 3, "mpeg4-high41-102"),
    "mpeg2-program-stream": ("1.2.840.10008.1.2.4.100", ("-c:v", "mpeg2video", "-q:v", "2", "-f", "mpeg"), "video/mpeg", 1, "mpeg2-mpml-100"),
}


@dataclass
class Clip:
    data_set: object
    stream: bytes
    media_type: str
    pictures: object  # frames × rows × columns × 3 by ffmpeg; None without it

    @property
    def frames(self):
        return int(self.data_set.NumberOfFrames)


def run(*words, stdin=b""):
    return subprocess.run([FFMPEG, "-hide_banner", "-loglevel", "error", *words], input=stdin, check=True, capture_output=True, timeout=60).stdout


@functools.cache
def made(arguments, folder):
    """A stream, and its frames in the eyes of ffmpeg."""
    path = folder / f"made-{len(list(folder.iterdir()))}"
    run("-f", "lavfi", "-i", f"testsrc2=size={COLUMNS}x{ROWS}:rate=25", "-frames:v", str(COUNT), *arguments, str(path))
    pixels = run("-i", str(path), "-vf", "scale=flags=bilinear+accurate_rnd+full_chroma_int", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return path.read_bytes(), np.frombuffer(pixels, np.uint8).reshape(COUNT, ROWS, COLUMNS, 3).astype(int)


def instance(stream, syntax, *, rows=ROWS, columns=COLUMNS, frames=COUNT, fragments=1):
    image = objects.image(np.zeros((rows, columns), "<u1"), sop_class=VIDEO_PHOTOGRAPHIC, modality="XC", frames=frames, WindowCenter=None, WindowWidth=None,
                          SamplesPerPixel=3, PhotometricInterpretation="YBR_PARTIAL_420", PlanarConfiguration=0, FrameTime=40, CineRate=25)
    image.FrameIncrementPointer = pydicom.tag.Tag("FrameTime")
    image.add_new(0x7FE00010, "OB", encapsulate([stream], fragments_per_frame=fragments, has_bot=False))
    image["PixelData"].is_undefined_length = True
    image.file_meta.TransferSyntaxUID = UID(syntax)
    return image


@pytest.fixture(scope="module", params=VIDEOS)
def clip(request, server, tmp_path_factory):
    syntax, arguments, media_type, fragments, name = VIDEOS[request.param]
    if FFMPEG:
        stream, pictures = made(arguments, tmp_path_factory.getbasetemp())
        data_set = instance(stream, syntax, fragments=fragments)
    elif corpus.present():
        data_set = pydicom.dcmread(corpus.FOLDER / "synthetic" / "video" / f"{name}.dcm")
        data_set.SOPInstanceUID = data_set.file_meta.MediaStorageSOPInstanceUID = objects.uid()
        stream, pictures = next(generate_frames(data_set.PixelData, number_of_frames=1)), None
    else:
        pytest.skip(f"neither ffmpeg nor a corpus at {corpus.FOLDER}")
    assert web.store(server, [objects.file_bytes(data_set)]).status_code == 200
    clip = Clip(data_set, stream, media_type, pictures)
    answer = get(server, clip, "/thumbnail")
    if answer.status_code == 406 and "libav" in answer.text:
        pytest.skip("built without libav")
    return clip


def url(server, image):
    return server.url("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID)


def get(server, clip, path, accept="image/jpeg", **parameters):
    return server.session.get(url(server, clip.data_set) + path, headers={"Accept": accept}, params=parameters, timeout=60)


def picture(answer):
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    return Image.open(io.BytesIO(answer.content))


def assert_is_frame(pixels, clip, number, tolerance=2):
    """Nearest of all frames to that one, and near."""
    if clip.pictures is None:
        return
    apart = [np.abs(np.asarray(pixels, int) - other).mean() for other in clip.pictures]
    assert int(np.argmin(apart)) == number - 1 and apart[number - 1] < tolerance, apart


def test_frames_are_those_of_ffmpeg(server, clip):
    size = (clip.data_set.Columns, clip.data_set.Rows)
    for number in (1, 8, clip.frames):
        jpeg = picture(get(server, clip, f"/frames/{number}/rendered"))
        assert (jpeg.format, jpeg.size) == ("JPEG", size)
        assert_is_frame(jpeg, clip, number, tolerance=6)
        png = picture(get(server, clip, f"/frames/{number}/rendered", "image/png"))
        assert (png.format, png.size) == ("PNG", size)
        assert_is_frame(png, clip, number)


def test_the_instance_is_shown_by_a_frame_of_its_middle(server, clip):
    whole = picture(get(server, clip, "/rendered", "image/png"))
    assert_is_frame(whole, clip, clip.frames // 2 + 1)
    small = picture(get(server, clip, "/thumbnail"))
    columns, rows = clip.data_set.Columns, clip.data_set.Rows
    assert small.format == "JPEG" and max(small.size) == 128
    assert abs(small.size[0] / small.size[1] - columns / rows) < 0.02


def test_frames_as_octets(server, clip):
    answer = get(server, clip, "/frames/8", "application/octet-stream")
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Photometric-Interpretation"] == "RGB"
    pixels = np.frombuffer(answer.content, np.uint8).reshape(clip.data_set.Rows, clip.data_set.Columns, 3)
    assert (pixels == np.asarray(picture(get(server, clip, "/frames/8/rendered", "image/png")))).all()
    parts = web.parts(get(server, clip, "/frames/3,8", 'multipart/related; type="application/octet-stream"'))
    assert [len(body) for _, body in parts] == 2 * [pixels.size] and parts[1][1] == answer.content


def test_the_stream_goes_out_as_it_came(server, clip):
    padded = objects.padded(clip.stream)
    single = get(server, clip, "/frames/1", clip.media_type)
    assert single.status_code == 200 and single.headers["Content-Type"].startswith(clip.media_type)
    assert single.content == padded
    parts = web.parts(get(server, clip, "/frames/1", f'multipart/related; type="{clip.media_type}"'))
    assert [body for _, body in parts] == [padded]
    assert get(server, clip, "/frames/2", clip.media_type).status_code == 404


def test_what_there_is_not(server, clip):
    for path in (f"/frames/{clip.frames + 1}/rendered", f"/frames/{clip.frames + 1}"):
        assert get(server, clip, path, "image/jpeg" if "rendered" in path else "application/octet-stream").status_code == 404
    answer = get(server, clip, "/frames/1", "image/jls")
    assert answer.status_code == 406 and clip.media_type in answer.text


def test_rendered_as_mp4_is_the_stored_one(server, clip):
    answer = get(server, clip, "/rendered", "video/mp4")
    if clip.media_type == "video/mp4":
        assert answer.status_code == 200 and answer.content == objects.padded(clip.stream)
        assert get(server, clip, "/rendered", "video/mp4", viewport="64,64").status_code == 406
    else:
        assert answer.status_code == 406 and "frames/1" in answer.text and "video/mpeg" in answer.text


def test_rendered_as_gif(server, clip):
    with picture(get(server, clip, "/rendered", "image/gif")) as gif:
        assert (gif.format, gif.size, gif.n_frames) == ("GIF", (clip.data_set.Columns, clip.data_set.Rows), clip.frames)


def test_commands(clip, tmp_path):
    file = objects.save(clip.data_set, tmp_path / "video.dcm")
    isocenter("render", "--frame", "8", file, tmp_path / "frame.png", check=True)
    assert_is_frame(Image.open(tmp_path / "frame.png"), clip, 8)
    said = isocenter("inspect", "--picture", "none", file, check=True).stdout
    assert f"video: {clip.frames} frames in {clip.frames * 40 / 1000:g} s, 25 frames per second" in said
    assert isocenter("render", "--frame", str(clip.frames + 1), file, tmp_path / "none.png").returncode == 1


@pytest.mark.parametrize("stream", {"random": bytes(np.random.default_rng(3).integers(0, 256, 50_000, np.uint8)), "empty": b"\0\0"}.values(), ids=("random", "empty"))
def test_what_is_no_video_is_said(server, clip, stream):
    image = instance(stream, VIDEOS["h264-mp4"][0])
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    broken = Clip(image, stream, "video/mp4", None)
    for path in ("/thumbnail", "/frames/3/rendered"):
        answer = get(server, broken, path)
        assert answer.status_code == 406 and "video" in answer.text, answer.text
    assert get(server, broken, "/frames/1", "video/mp4").content == stream
    picture(get(server, clip, "/thumbnail"))


def test_a_stream_that_is_cut_off(server, clip):
    stream = clip.stream[:len(clip.stream) * 2 // 3]
    image = instance(stream, clip.data_set.file_meta.TransferSyntaxUID, rows=clip.data_set.Rows, columns=clip.data_set.Columns, frames=clip.frames)
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    assert get(server, Clip(image, stream, clip.media_type, None), f"/frames/{clip.frames}/rendered").status_code == 406
