#include "VideoDecoder.h"

#include <stdio.h>
#include <string.h>

#if __has_include(<libavcodec/avcodec.h>) && __has_include(<libavformat/avformat.h>) && __has_include(<libswscale/swscale.h>)

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// What PS3.5 puts into a fragment, and no more: the fewer demuxers and decoders see foreign bytes, the better.
static const char *const containers = "mpeg,mpegts,mpegvideo,h264,hevc,mov,mp4,m4a,3gp,3g2,mj2,mov,mp4,m4a,3gp,3g2,mj2";
static const char *const codecs = "mpeg1video,mpeg2video,h264,hevc";

typedef struct {
    VideoDecoderRead read;
    void *context;
    int64_t offset, length;
} Source;

typedef struct {
    Source source;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    char *message;
    size_t message_size;
} Video;

static int fail(Video *video, const char *what, int error) {
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    if (error < 0) av_strerror(error, words, sizeof words);
    if (video->message_size > 0) snprintf(video->message, video->message_size, "%s%s%s", what, words[0] ? ": " : "", words);
    return 1;
}

static int take(void *context, uint8_t *bytes, int count) {
    Source *source = context;
    if (count > source->length - source->offset) count = (int)(source->length - source->offset);
    if (count <= 0) return AVERROR_EOF;
    int taken = source->read(source->context, source->offset, bytes, count);
    if (taken < 0 || taken > count) return AVERROR(EIO);
    if (taken == 0) return AVERROR_EOF;
    source->offset += taken;
    return taken;
}

static int64_t seek(void *context, int64_t offset, int whence) {
    Source *source = context;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return source->length;
    case SEEK_SET: break;
    case SEEK_CUR: offset += source->offset; break;
    case SEEK_END: offset += source->length; break;
    default: return AVERROR(EINVAL);
    }
    if (offset < 0 || offset > source->length) return AVERROR(EINVAL);
    source->offset = offset;
    return offset;
}

static void close_video(Video *video) {
    av_frame_free(&video->frame);
    av_packet_free(&video->packet);
    avcodec_free_context(&video->decoder);
    AVIOContext *io = video->format ? video->format->pb : NULL;
    avformat_close_input(&video->format);
    if (io) {
        av_freep(&io->buffer);
        avio_context_free(&io);
    }
}

static int open_video(Video *video) {
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext *format = avformat_alloc_context();
    uint8_t *buffer = av_malloc(1 << 16);
    AVIOContext *io = buffer ? avio_alloc_context(buffer, 1 << 16, 0, &video->source, take, NULL, seek) : NULL;
    if (!format || !io) {
        avformat_free_context(format);
        if (!io) av_free(buffer);
        return fail(video, "no memory", 0);
    }
    format->pb = io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->format_whitelist = av_strdup(containers);
    format->codec_whitelist = av_strdup(codecs);
    // No other file is opened, whatever the stream asks for.
    format->protocol_whitelist = av_strdup("none");
    int error = avformat_open_input(&format, NULL, NULL, NULL);
    if (error < 0) {
        // The context is gone, its input is not.
        av_freep(&io->buffer);
        avio_context_free(&io);
        return fail(video, "neither MPEG-2 nor MPEG-4 video", error);
    }
    video->format = format;
    error = avformat_find_stream_info(format, NULL);
    if (error < 0) return fail(video, "the stream does not tell what it holds", error);
    int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (index < 0) return fail(video, "no video in it", index);
    video->stream = format->streams[index];
    for (unsigned other = 0; other < format->nb_streams; other++)
        if ((int)other != index) format->streams[other]->discard = AVDISCARD_ALL;
    video->packet = av_packet_alloc();
    video->frame = av_frame_alloc();
    return video->packet && video->frame ? 0 : fail(video, "no memory", 0);
}

static AVRational rate_of(Video *video) {
    AVRational rate = av_guess_frame_rate(video->format, video->stream, NULL);
    return rate.num > 0 && rate.den > 0 ? rate : (AVRational){0, 1};
}

// An elementary stream has no clock, and one of changing pace has no frame k at k / rate.
static bool is_paced(Video *video) {
    AVRational rate = rate_of(video), average = video->stream->avg_frame_rate;
    bool has_clock = strcmp(video->format->iformat->name, "h264") && strcmp(video->format->iformat->name, "hevc") &&
                     strcmp(video->format->iformat->name, "mpegvideo");
    if (!has_clock || rate.num == 0 || average.num <= 0 || average.den <= 0 || video->stream->start_time == AV_NOPTS_VALUE) return false;
    double ratio = av_q2d(rate) / av_q2d(average);
    return ratio > 0.999 && ratio < 1.001;
}

static int64_t count_packets(Video *video) {
    int64_t count = 0;
    while (av_read_frame(video->format, video->packet) >= 0) {
        if (video->packet->stream_index == video->stream->index) count++;
        av_packet_unref(video->packet);
    }
    return count;
}

int video_decoder_summarise(VideoDecoderRead read, void *context, int64_t length, int64_t count_up_to,
                              VideoDecoderSummary *summary, char *message, size_t message_size) {
    Video video = {{read, context, 0, length}, NULL, NULL, NULL, NULL, NULL, message, message_size};
    memset(summary, 0, sizeof *summary);
    if (open_video(&video)) {
        close_video(&video);
        return 1;
    }
    AVCodecParameters *shape = video.stream->codecpar;
    AVRational rate = rate_of(&video);
    summary->columns = shape->width;
    summary->rows = shape->height;
    summary->rate_numerator = rate.num;
    summary->rate_denominator = rate.den;
    const AVPixFmtDescriptor *pixels = av_pix_fmt_desc_get(shape->format);
    summary->bits = pixels ? pixels->comp[0].depth : 0;
    snprintf(summary->codec, sizeof summary->codec, "%s", avcodec_get_name(shape->codec_id));
    snprintf(summary->container, sizeof summary->container, "%s", video.format->iformat->name);
    snprintf(summary->pixel_format, sizeof summary->pixel_format, "%s", pixels ? pixels->name : "");
    if (video.stream->duration != AV_NOPTS_VALUE) summary->duration = video.stream->duration * av_q2d(video.stream->time_base);

    summary->frames = video.stream->nb_frames;
    summary->frames_are_counted = summary->frames > 0;
    if (!summary->frames_are_counted && length <= count_up_to) {
        summary->frames = count_packets(&video);
        summary->frames_are_counted = true;
    } else if (!summary->frames_are_counted && rate.num > 0) {
        summary->frames = (int64_t)(summary->duration * av_q2d(rate) + 0.5);
    }
    // What is counted is better than a duration guessed from the bit rate.
    if (summary->frames_are_counted && rate.num > 0) summary->duration = summary->frames / av_q2d(rate);
    close_video(&video);
    return 0;
}

static int open_decoder(Video *video, int32_t columns, int32_t rows) {
    const AVCodec *codec = avcodec_find_decoder(video->stream->codecpar->codec_id);
    if (!codec) return fail(video, "this libav has no decoder for the stream", 0);
    video->decoder = avcodec_alloc_context3(codec);
    if (!video->decoder) return fail(video, "no memory", 0);
    int error = avcodec_parameters_to_context(video->decoder, video->stream->codecpar);
    if (error < 0) return fail(video, "the stream's parameters contradict each other", error);
    video->decoder->pkt_timebase = video->stream->time_base;
    video->decoder->thread_count = 1;
    // What is missing is not made up.
    video->decoder->error_concealment = 0;
    // Coded sizes are multiples of 64 at most, and decoders keep an edge around them.
    video->decoder->max_pixels = ((int64_t)columns + 256) * ((int64_t)rows + 256);
    error = avcodec_open2(video->decoder, codec, NULL);
    return error < 0 ? fail(video, "the decoder does not open", error) : 0;
}

// The next frame in order of display; AVERROR_EOF behind the last one.
static int next_frame(Video *video) {
    for (;;) {
        int error = avcodec_receive_frame(video->decoder, video->frame);
        if (error != AVERROR(EAGAIN)) return error;
        do {
            av_packet_unref(video->packet);
            error = av_read_frame(video->format, video->packet);
        } while (error >= 0 && video->packet->stream_index != video->stream->index);
        // A null packet flushes: what the decoder still holds comes out.
        int sent = avcodec_send_packet(video->decoder, error >= 0 ? video->packet : NULL);
        av_packet_unref(video->packet);
        // A damaged packet costs its frame, which is then missing; those around it may be whole.
        if (sent < 0 && sent != AVERROR_INVALIDDATA && sent != AVERROR_EOF) return sent;
        if (error < 0 && sent == AVERROR_EOF) return AVERROR_EOF;
    }
}

// MP4 has a table of its frames.
static bool knows_key_frames(Video *video) { return !strncmp(video->format->iformat->name, "mov", 3); }

// Before that time, or to the very beginning: there by bytes, since some containers search for times between others.
static int rewind_to(Video *video, int64_t time, bool begins) {
    int error = begins && !knows_key_frames(video) ? av_seek_frame(video->format, -1, 0, AVSEEK_FLAG_BYTE)
                                                   : av_seek_frame(video->format, video->stream->index, time, AVSEEK_FLAG_BACKWARD);
    avcodec_flush_buffers(video->decoder);
    return error;
}

static int find_by_count(Video *video, int64_t index) {
    for (int64_t frame = 0;; frame++) {
        int error = next_frame(video);
        if (error < 0) return error;
        if (frame == index) return 0;
        av_frame_unref(video->frame);
    }
}

// By the clock: to a key frame before, then forward. Seeking in program and transport streams knows no key frames, so
// it goes back further until one is met; frames before it lean on what was not decoded.
static int find_by_time(Video *video, int64_t index) {
    AVRational period = av_inv_q(rate_of(video)), base = video->stream->time_base;
    int64_t start = video->stream->start_time, half = av_rescale_q(1, period, base) / 2;
    int64_t target = start + av_rescale_q(index, period, base), second = av_rescale_q(1, (AVRational){1, 1}, base);
    // Without a table of key frames the first second is decoded from the beginning, where the stream stands now.
    int64_t back = knows_key_frames(video) ? 0 : second;
    bool has_moved = false;
    for (;;) {
        bool begins = target - back <= start;
        if (has_moved || !begins) {
            if (rewind_to(video, begins ? start : target - back, begins) < 0) return AVERROR(ESPIPE);
            has_moved = true;
        }
        int64_t key = AV_NOPTS_VALUE;
        for (;;) {
            int error = next_frame(video);
            // No key frame from there to the end: further back.
            if (error == AVERROR_EOF && key == AV_NOPTS_VALUE) break;
            if (error < 0) return error;
            int64_t time = video->frame->best_effort_timestamp;
            if (time == AV_NOPTS_VALUE) return AVERROR(ESPIPE);
            if (key == AV_NOPTS_VALUE && (video->frame->key_frame || begins)) key = time;
            if (time >= target - half) {
                if (time > target + half && key != AV_NOPTS_VALUE && key <= target) return AVERROR_INVALIDDATA;
                if (key != AV_NOPTS_VALUE && time >= key && time <= target + half) return 0;
                break;
            }
            av_frame_unref(video->frame);
        }
        av_frame_unref(video->frame);
        if (begins) return AVERROR_INVALIDDATA;
        back = back ? back * 4 : second;
        has_moved = true;
    }
}

static int matrix_of(const AVFrame *frame, bool *is_said) {
    *is_said = true;
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709: return 709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M: return 601;
    case AVCOL_SPC_BT2020_NCL: return 2020;
    default: *is_said = false; return frame->height >= 720 ? 709 : 601;
    }
}

static int convert(Video *video, int32_t bits, uint8_t *samples, VideoDecoderColour *colour) {
    AVFrame *frame = video->frame;
    colour->matrix = matrix_of(frame, &colour->matrix_is_said);
    colour->is_full_range = frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P || frame->format == AV_PIX_FMT_YUVJ422P ||
                            frame->format == AV_PIX_FMT_YUVJ444P;
    enum AVPixelFormat target = bits <= 8 ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGB48LE;
    struct SwsContext *scaler = sws_getContext(frame->width, frame->height, frame->format, frame->width, frame->height, target,
                                               SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, NULL, NULL, NULL);
    if (!scaler) return fail(video, "its pixel format is not converted to RGB", 0);
    const int *matrix = sws_getCoefficients(colour->matrix == 709 ? SWS_CS_ITU709 : colour->matrix == 2020 ? SWS_CS_BT2020 : SWS_CS_ITU601);
    sws_setColorspaceDetails(scaler, matrix, colour->is_full_range, matrix, 1, 0, 1 << 16, 1 << 16);

    // The scaler writes whole vectors: into a picture of its own, whose lines are longer.
    uint8_t *lines[4];
    int strides[4];
    int error = av_image_alloc(lines, strides, frame->width, frame->height, target, 64);
    if (error < 0) {
        sws_freeContext(scaler);
        return fail(video, "no memory", error);
    }
    sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, lines, strides);
    size_t values = (size_t)frame->width * 3;
    for (int row = 0; row < frame->height; row++) {
        const uint8_t *line = lines[0] + (size_t)row * strides[0];
        if (bits <= 8) {
            memcpy(samples + row * values, line, values);
        } else {
            for (size_t index = 0; index < values; index++) {
                unsigned word = (line[2 * index] | line[2 * index + 1] << 8) >> (16 - bits);
                samples[2 * (row * values + index)] = word & 255;
                samples[2 * (row * values + index) + 1] = word >> 8;
            }
        }
    }
    av_freep(&lines[0]);
    sws_freeContext(scaler);
    return 0;
}

bool video_decoder_is_available(void) { return true; }

int video_decoder_frame(VideoDecoderRead read, void *context, int64_t length, int64_t index, int32_t columns, int32_t rows,
                          int32_t bits, uint8_t *samples, VideoDecoderColour *colour, char *message, size_t message_size) {
    Video video = {{read, context, 0, length}, NULL, NULL, NULL, NULL, NULL, message, message_size};
    int failed = open_video(&video) || open_decoder(&video, columns, rows);
    if (!failed) {
        int error = is_paced(&video) ? find_by_time(&video, index) : find_by_count(&video, index);
        if (error == AVERROR(ESPIPE)) {
            // No seeking in it: once more from the start.
            close_video(&video);
            video = (Video){{read, context, 0, length}, NULL, NULL, NULL, NULL, NULL, message, message_size};
            failed = open_video(&video) || open_decoder(&video, columns, rows);
            if (!failed) error = find_by_count(&video, index);
        }
        if (failed) {
        } else if (error == AVERROR_EOF) failed = fail(&video, "it ends before that frame", 0);
        else if (error < 0) failed = fail(&video, "that frame is damaged", error);
        else if (video.frame->decode_error_flags || video.frame->flags & AV_FRAME_FLAG_CORRUPT) failed = fail(&video, "that frame is damaged", 0);
        else if (video.frame->width != columns || video.frame->height != rows) {
            if (message_size > 0)
                snprintf(message, message_size, "its frames have %d rows of %d columns, the data set says %d of %d", video.frame->height,
                         video.frame->width, rows, columns);
            failed = 1;
        } else failed = convert(&video, bits, samples, colour);
    }
    close_video(&video);
    return failed;
}

#else

static int refuse(char *message, size_t size) {
    if (size > 0) snprintf(message, size, "built without libav: install libavcodec-dev, libavformat-dev and libswscale-dev, then build again");
    return 1;
}

bool video_decoder_is_available(void) { return false; }

int video_decoder_summarise(VideoDecoderRead read, void *context, int64_t length, int64_t count_up_to, VideoDecoderSummary *summary,
                            char *message, size_t message_size) {
    (void)read, (void)context, (void)length, (void)count_up_to, (void)summary;
    return refuse(message, message_size);
}

int video_decoder_frame(VideoDecoderRead read, void *context, int64_t length, int64_t index, int32_t columns, int32_t rows, int32_t bits,
                        uint8_t *samples, VideoDecoderColour *colour, char *message, size_t message_size) {
    (void)read, (void)context, (void)length, (void)index, (void)columns, (void)rows, (void)bits, (void)samples, (void)colour;
    return refuse(message, message_size);
}

#endif
