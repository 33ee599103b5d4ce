#include "gateway/http/head_scanner.h"

namespace sail::gateway {
namespace {

bool NamesOtherVersion(std::string_view line) {
  if (line.size() < 9) return false;
  const std::string_view version = line.substr(line.size() - 9);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.substr(0, 6) == " HTTP/" && digit(version[6]) && version[7] == '.' && digit(version[8]) &&
         version.substr(6) != "1.0" && version.substr(6) != "1.1";
}

}  // namespace

size_t HeadScanner::Scan(std::string_view head) {
  for (; scanned_ < head.size(); ++scanned_) {
    const char c = head[scanned_];
    const bool after_cr = scanned_ > 0 && head[scanned_ - 1] == '\r';
    if (after_cr != (c == '\n') || c == '\0') {
      malformed_ = true;
      return 0;
    }
    if (scanned_ == line_start_ && line_start_ > 0 && (c == ' ' || c == '\t')) {
      malformed_ = true;
      return 0;
    }
    if (c != '\n') continue;
    if (line_start_ == 0) {
      first_line_bytes_ = scanned_ - 1;
      names_other_version_ = NamesOtherVersion(head.substr(0, first_line_bytes_));
    } else if (scanned_ - line_start_ == 1) {
      return ++scanned_;
    }
    line_start_ = scanned_ + 1;
  }
  if (line_start_ == 0) first_line_bytes_ = scanned_;
  return 0;
}

}  // namespace sail::gateway
