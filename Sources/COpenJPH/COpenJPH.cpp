#include "COpenJPH.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <openjph/ojph_arch.h>
#include <openjph/ojph_base.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>

namespace {

// The library has one listener per process: its words are kept per thread.
thread_local char words[256];

class Thrower : public ojph::message_error {
public:
    void operator()(int, const char *, int, const char *format, ...) override {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(words, sizeof words, format, arguments);
        va_end(arguments);
        throw std::runtime_error(words);
    }
};

class SilentWarning : public ojph::message_warning {
public:
    void operator()(int, const char *, int, const char *, ...) override {}
};

class SilentInfo : public ojph::message_info {
public:
    void operator()(int, const char *, int, const char *, ...) override {}
};

void listen() {
    static Thrower thrower;
    static SilentWarning warning;
    static SilentInfo info;
    static const bool once = [] {
        ojph::configure_error(&thrower);
        ojph::configure_warning(&warning);
        ojph::configure_info(&info);
        return true;
    }();
    (void)once;
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
        strncpy(words, error.what(), sizeof words - 1);
        words[sizeof words - 1] = 0;
        what = words;
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
