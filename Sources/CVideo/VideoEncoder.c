#include "VideoEncoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(char *error, size_t size, const char *what) {
    if (error && size > 0) snprintf(error, size, "%s", what);
}

#if __has_include(<libavcodec/avcodec.h>) && __has_include(<libavformat/avformat.h>)

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>

// Pictures that the encoder may hold back; it looks ahead far fewer.
#define PENDING 1024
#define TICKS_PER_SECOND 90000
#define BUFFER_SIZE 65536

struct VideoEncoder {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVIOContext *io;
    AVFrame *frame;
    AVPacket *packet;
    int width, height;
    double seconds_end;
    int64_t next;
    // Durations of pictures that went in and did not come out yet; without B pictures they come out in order.
    int64_t durations[PENDING];
    size_t first, count;
    VideoEncoderWrite write;
    void *context;
    bool is_begun;
};

static bool fail(int status, char *error, size_t size, const char *what) {
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(status, reason, sizeof reason);
    if (error && size > 0) snprintf(error, size, "%s: %s", what, reason);
    return false;
}

static int write_packet(void *opaque, uint8_t *bytes, int count) {
    VideoEncoder *encoder = opaque;
    return encoder->write(encoder->context, bytes, (size_t)count) ? count : AVERROR(EIO);
}

bool video_encoder_is_available(void) { return avcodec_find_encoder_by_name("libx264") != NULL; }

static bool open_codec(VideoEncoder *encoder, char *error, size_t size) {
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    if (!codec) {
        say(error, size, "libav has no encoder for H.264 here (libx264)");
        return false;
    }
    AVCodecContext *context = encoder->codec = avcodec_alloc_context3(codec);
    if (!context) {
        say(error, size, "out of memory");
        return false;
    }
    // Chroma is shared by two by two pixels: an odd side gets one more line, the last one again.
    context->width = (encoder->width + 1) & ~1;
    context->height = (encoder->height + 1) & ~1;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = (AVRational){1, TICKS_PER_SECOND};
    context->color_range = AVCOL_RANGE_MPEG;
    context->colorspace = AVCOL_SPC_BT709;
    context->color_primaries = AVCOL_PRI_BT709;
    context->color_trc = AVCOL_TRC_IEC61966_2_1;
    context->max_b_frames = 0;
    context->gop_size = 30;
    context->thread_count = 2;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(context->priv_data, "preset", "veryfast", 0);
    av_opt_set(context->priv_data, "crf", "16", 0);
    // Nothing of the encoder's own in the stream but the pictures.
    av_opt_set(context->priv_data, "x264-params", "log-level=error", 0);
    int status = avcodec_open2(context, codec, NULL);
    return status < 0 ? fail(status, error, size, "H.264 encoder") : true;
}

static bool open_format(VideoEncoder *encoder, char *error, size_t size) {
    int status = avformat_alloc_output_context2(&encoder->format, NULL, "mp4", NULL);
    if (status < 0) return fail(status, error, size, "MP4");
    AVStream *stream = avformat_new_stream(encoder->format, NULL);
    uint8_t *buffer = av_malloc(BUFFER_SIZE);
    encoder->io = buffer ? avio_alloc_context(buffer, BUFFER_SIZE, 1, encoder, NULL, write_packet, NULL) : NULL;
    if (!stream || !encoder->io) {
        if (!encoder->io) av_free(buffer);
        say(error, size, "out of memory");
        return false;
    }
    encoder->format->pb = encoder->io;
    encoder->format->flags |= AVFMT_FLAG_BITEXACT;
    stream->time_base = encoder->codec->time_base;
    status = avcodec_parameters_from_context(stream->codecpar, encoder->codec);
    if (status < 0) return fail(status, error, size, "MP4");
    AVDictionary *options = NULL;
    // In fragments, because what is written cannot be changed: nothing waits for the end.
    av_dict_set(&options, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    status = avformat_write_header(encoder->format, &options);
    av_dict_free(&options);
    if (status < 0) return fail(status, error, size, "MP4");
    encoder->is_begun = true;
    return true;
}

VideoEncoder *video_encoder_open(
    int width, int height, VideoEncoderWrite write, void *context, char *error, size_t error_size) {
    if (width < 1 || height < 1 || width > 8192 || height > 8192) {
        say(error, error_size, "H.264 holds 1 to 8192 columns and rows");
        return NULL;
    }
    av_log_set_level(AV_LOG_QUIET);
    VideoEncoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) {
        say(error, error_size, "out of memory");
        return NULL;
    }
    encoder->width = width;
    encoder->height = height;
    encoder->write = write;
    encoder->context = context;
    if (!open_codec(encoder, error, error_size) || !open_format(encoder, error, error_size)) goto failed;
    encoder->frame = av_frame_alloc();
    encoder->packet = av_packet_alloc();
    if (!encoder->frame || !encoder->packet) {
        say(error, error_size, "out of memory");
        goto failed;
    }
    encoder->frame->format = encoder->codec->pix_fmt;
    encoder->frame->width = encoder->codec->width;
    encoder->frame->height = encoder->codec->height;
    int status = av_frame_get_buffer(encoder->frame, 0);
    if (status >= 0) return encoder;
    fail(status, error, error_size, "H.264 encoder");
failed:
    video_encoder_close(encoder);
    return NULL;
}

// ITU-R BT.709, video range, in 16 bit fixed point.
static void fill(VideoEncoder *encoder, const uint8_t *levels) {
    AVFrame *frame = encoder->frame;
    for (int row = 0; row < frame->height; row++) {
        const int source = row < encoder->height ? row : encoder->height - 1;
        const uint8_t *line = levels + (size_t)source * encoder->width * 3;
        uint8_t *target = frame->data[0] + (size_t)row * frame->linesize[0];
        for (int column = 0; column < frame->width; column++) {
            const uint8_t *pixel = line + (size_t)(column < encoder->width ? column : encoder->width - 1) * 3;
            const int sum = 11966 * pixel[0] + 40254 * pixel[1] + 4064 * pixel[2];
            target[column] = (uint8_t)((sum + (16 << 16) + 32768) >> 16);
        }
    }
    for (int row = 0; row < frame->height / 2; row++) {
        uint8_t *blue = frame->data[1] + (size_t)row * frame->linesize[1], *red = frame->data[2] + (size_t)row * frame->linesize[2];
        for (int column = 0; column < frame->width / 2; column++) {
            int sum[3] = {0, 0, 0};
            for (int part = 0; part < 4; part++) {
                int y = 2 * row + (part >> 1), x = 2 * column + (part & 1);
                if (y >= encoder->height) y = encoder->height - 1;
                if (x >= encoder->width) x = encoder->width - 1;
                const uint8_t *pixel = levels + ((size_t)y * encoder->width + x) * 3;
                for (int channel = 0; channel < 3; channel++) sum[channel] += pixel[channel];
            }
            blue[column] = (uint8_t)((-6596 * sum[0] - 22189 * sum[1] + 28784 * sum[2] + (128 << 18) + 131072) >> 18);
            red[column] = (uint8_t)((28784 * sum[0] - 26145 * sum[1] - 2639 * sum[2] + (128 << 18) + 131072) >> 18);
        }
    }
}

static bool drain(VideoEncoder *encoder, char *error, size_t size) {
    for (;;) {
        int status = avcodec_receive_packet(encoder->codec, encoder->packet);
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return true;
        if (status < 0) return fail(status, error, size, "H.264 encoder");
        if (encoder->count > 0) {
            encoder->packet->duration = encoder->durations[encoder->first];
            encoder->first = (encoder->first + 1) % PENDING;
            encoder->count--;
        }
        AVStream *stream = encoder->format->streams[0];
        encoder->packet->stream_index = 0;
        av_packet_rescale_ts(encoder->packet, encoder->codec->time_base, stream->time_base);
        status = av_write_frame(encoder->format, encoder->packet);
        av_packet_unref(encoder->packet);
        if (status < 0) return fail(status, error, size, "MP4");
    }
}

bool video_encoder_append(VideoEncoder *encoder, const uint8_t *levels, double milliseconds, char *error, size_t error_size) {
    int status = av_frame_make_writable(encoder->frame);
    if (status < 0) return fail(status, error, error_size, "H.264 encoder");
    if (encoder->count == PENDING) {
        say(error, error_size, "H.264 encoder: holds back too many pictures");
        return false;
    }
    fill(encoder, levels);
    encoder->frame->pts = encoder->next;
    encoder->seconds_end += milliseconds / 1000;
    // From the exact end, so that rounding does not add up.
    int64_t end = (int64_t)(encoder->seconds_end * TICKS_PER_SECOND + 0.5);
    if (end <= encoder->next) end = encoder->next + 1;
    encoder->durations[(encoder->first + encoder->count++) % PENDING] = end - encoder->next;
    encoder->next = end;
    status = avcodec_send_frame(encoder->codec, encoder->frame);
    if (status < 0) return fail(status, error, error_size, "H.264 encoder");
    return drain(encoder, error, error_size);
}

bool video_encoder_finish(VideoEncoder *encoder, char *error, size_t error_size) {
    int status = avcodec_send_frame(encoder->codec, NULL);
    if (status < 0) return fail(status, error, error_size, "H.264 encoder");
    if (!drain(encoder, error, error_size)) return false;
    status = av_write_trailer(encoder->format);
    encoder->is_begun = false;
    avio_flush(encoder->io);
    if (status < 0) return fail(status, error, error_size, "MP4");
    return encoder->io->error >= 0 ? true : fail(encoder->io->error, error, error_size, "MP4");
}

void video_encoder_close(VideoEncoder *encoder) {
    if (!encoder) return;
    av_packet_free(&encoder->packet);
    av_frame_free(&encoder->frame);
    avcodec_free_context(&encoder->codec);
    if (encoder->io) av_freep(&encoder->io->buffer);
    avio_context_free(&encoder->io);
    avformat_free_context(encoder->format);
    free(encoder);
}

#else

bool video_encoder_is_available(void) { return false; }

VideoEncoder *video_encoder_open(
    int width, int height, VideoEncoderWrite write, void *context, char *error, size_t error_size) {
    (void)width, (void)height, (void)write, (void)context;
    say(error, error_size, "not available: built without libavcodec and libavformat");
    return NULL;
}

bool video_encoder_append(VideoEncoder *encoder, const uint8_t *levels, double milliseconds, char *error, size_t error_size) {
    (void)encoder, (void)levels, (void)milliseconds;
    say(error, error_size, "not available");
    return false;
}

bool video_encoder_finish(VideoEncoder *encoder, char *error, size_t error_size) {
    (void)encoder;
    say(error, error_size, "not available");
    return false;
}

void video_encoder_close(VideoEncoder *encoder) { (void)encoder; }

#endif
