#ifndef SAIL_GATEWAY_HTTP_HEAD_SCANNER_H_
#define SAIL_GATEWAY_HTTP_HEAD_SCANNER_H_

#include <cstddef>
#include <string_view>

namespace sail::gateway {

// Finds the end of a request's head byte by byte as it arrives, and refuses line structure that
// implementations disagree on: CR without LF, LF without CR, NUL, lines that continue the one before
// (obs-fold).
class HeadScanner {
 public:
  // `head` are all bytes of the head so far, those of earlier calls included. The length of the head with its
  // final empty line, or 0 if it is not complete.
  size_t Scan(std::string_view head);

  bool malformed() const { return malformed_; }
  // So far; without the line's end.
  size_t first_line_bytes() const { return first_line_bytes_; }
  // The complete first line ends in a version of HTTP other than 1.0 and 1.1.
  bool names_other_version() const { return names_other_version_; }

 private:
  size_t scanned_ = 0;
  size_t line_start_ = 0;
  size_t first_line_bytes_ = 0;
  bool names_other_version_ = false;
  bool malformed_ = false;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HEAD_SCANNER_H_
