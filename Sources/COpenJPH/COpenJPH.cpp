#include "COpenJPH.h"

#include <cstdio>
#include <stdexcept>

#include <openjph/ojph_arch.h>
#include <openjph/ojph_base.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>

namespace {

// The library prints its words to one stream per process and throws without them: they are kept per thread.
thread_local char words[256];
thread_local size_t written_words = 0;

ssize_t keep(void *, const char *text, size_t count) {
    for (size_t index = 0; index < count && written_words + 1 < sizeof words; index++)
        if (text[index] != '\n') words[written_words++] = text[index];
    words[written_words] = 0;
    return static_cast<ssize_t>(count);
}

ssize_t forget(void *, const char *, size_t count) { return static_cast<ssize_t>(count); }

FILE *stream(cookie_write_function_t *write) {
    cookie_io_functions_t functions = {nullptr, write, nullptr, nullptr};
    FILE *stream = fopencookie(nullptr, "w", functions);
    if (stream != nullptr) setvbuf(stream, nullptr, _IONBF, 0);
    return stream;
}

void listen() {
    static const bool once = [] {
        if (FILE *errors = stream(keep)) ojph::set_error_stream(errors);
        if (FILE *others = stream(forget)) {
            ojph::set_warning_stream(others);
            ojph::set_info_stream(others);
        }
        return true;
    }();
    (void)once;
    written_words = 0;
    words[0] = 0;
}

// Runs `work` and keeps every exception in here.
template <typename Work>
int guarded(char *message, size_t size, Work work) {
    const char *what = "an exception without words";
    try {
        listen();
        work();
        return 0;
    } catch (const std::exception &error) {
        if (size > 0) snprintf(message, size, "%s", written_words > 0 ? words : error.what());
        return 1;
    } catch (const char *text) {
        what = text;
    } catch (...) {
    }
    if (size > 0) snprintf(message, size, "%s", what);
    return 1;
}

}  // namespace

extern "C" int isocenter_openjph_decode(const uint8_t *bytes, size_t size, const isocenter_openjph_image *expected,
                                        isocenter_openjph_row row, void *context, char *message, size_t message_size) {
    return guarded(message, message_size, [&] {
        ojph::mem_infile file;
        file.open(bytes, size);
        ojph::codestream stream;
        stream.read_headers(&file);
        ojph::param_siz siz = stream.access_siz();
        if (siz.get_num_components() != expected->components) throw std::runtime_error("another number of components");
        for (uint32_t component = 0; component < expected->components; component++) {
            if (siz.get_recon_width(component) != expected->columns || siz.get_recon_height(component) != expected->rows)
                throw std::runtime_error("another number of rows or columns");
        }
        stream.set_planar(false);
        stream.create();
        for (uint32_t index = 0; index < expected->rows; index++) {
            for (uint32_t component = 0; component < expected->components; component++) {
                ojph::ui32 pulled = 0;
                ojph::line_buf *line = stream.pull(pulled);
                if (line == nullptr || pulled != component || line->size < expected->columns) throw std::runtime_error("a row is missing");
                if (!row(context, component, index, line->i32, expected->columns)) throw std::runtime_error("a row has no place");
            }
        }
        stream.close();
    });
}

extern "C" int isocenter_openjph_encode(const isocenter_openjph_image *image, isocenter_openjph_row row, void *context,
                                        void (*written)(void *context, const uint8_t *bytes, size_t size), char *message,
                                        size_t message_size) {
    return guarded(message, message_size, [&] {
        ojph::codestream stream;
        ojph::param_siz siz = stream.access_siz();
        siz.set_image_extent(ojph::point(image->columns, image->rows));
        siz.set_num_components(image->components);
        for (uint32_t component = 0; component < image->components; component++)
            siz.set_component(component, ojph::point(1, 1), image->precision, image->is_signed);
        ojph::param_cod cod = stream.access_cod();
        cod.set_num_decomposition(image->decompositions);
        cod.set_block_dims(64, 64);
        cod.set_progression_order("RPCL");
        cod.set_color_transform(image->transforms_colour);
        cod.set_reversible(image->is_reversible);
        if (!image->is_reversible) stream.access_qcd().set_irrev_quant(image->step);
        stream.set_planar(false);

        ojph::mem_outfile file;
        file.open();
        stream.write_headers(&file);
        ojph::ui32 next = 0;
        ojph::line_buf *line = stream.exchange(nullptr, next);
        for (uint32_t index = 0; index < image->rows; index++) {
            for (uint32_t component = 0; component < image->components; component++) {
                if (line == nullptr || next != component || line->size < image->columns) throw std::runtime_error("a row has no place");
                if (!row(context, component, index, line->i32, image->columns)) throw std::runtime_error("a row is missing");
                line = stream.exchange(line, next);
            }
        }
        stream.flush();
        written(context, file.get_data(), static_cast<size_t>(file.tell()));
        stream.close();
    });
}
