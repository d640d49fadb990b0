// Usage: header_parsing_dcmtk LIST SECONDS. The same work by DCMTK's library: open, read, parse up to the pixel data.
#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"
#include <ctime>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    std::vector<std::string> paths;
    std::ifstream list(argv[1]);
    for (std::string line; std::getline(list, line);) paths.push_back(line);
    const double seconds = std::stod(argv[2]);
    auto parse = [](const std::string &path) {
        DcmFileFormat file;
        // Values longer than 4096 bytes stay on disk: DCMTK's own way of not reading what is not needed.
        return file.loadFileUntilTag(path.c_str(), EXS_Unknown, EGL_noChange, 4096, ERM_autoDetect, DCM_PixelData).good();
    };
    // The first pass is not timed: it fills the page cache.
    for (const auto &path : paths) parse(path);
    long parsed = 0, failed = 0;
    // Processor time, user and system.
    const std::clock_t start = std::clock();
    auto elapsed = [&] { return double(std::clock() - start) / CLOCKS_PER_SEC; };
    while (elapsed() < seconds) {
        for (const auto &path : paths) {
            if (parse(path)) parsed++;
            else failed++;
        }
    }
    std::printf("files_per_second %f failed %ld\n", parsed / elapsed(), failed);
}
