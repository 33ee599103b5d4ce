#include "gateway/http/favicon.h"

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/http/entity_tag.h"

namespace sail::gateway {
namespace {

constexpr uint32_t kSide = 16;
constexpr uint32_t kRowBytes = 4;  // a row of bits, filled up to a whole word
constexpr uint32_t kPlaneBytes = kSide * kRowBytes;
constexpr uint32_t kHeaderBytes = 40;
constexpr uint32_t kPaletteBytes = 2 * 4;
constexpr uint32_t kImageBytes = kHeaderBytes + kPaletteBytes + 2 * kPlaneBytes;
constexpr uint32_t kImageStart = 6 + 16;
constexpr uint32_t kInk = 0x0B6FA4;

// A boat under sail, from top to bottom.
constexpr uint16_t kPicture[kSide] = {0x0100, 0x0180, 0x01C0, 0x05C0, 0x05E0, 0x0DE0, 0x0DF0, 0x1DF0,
                                      0x1DF8, 0x3DF8, 0x3DFC, 0x7DFC, 0x0100, 0xFFFF, 0x7FFE, 0x3FFC};

void Append(uint32_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

// One plane: rows from the bottom up, the leftmost pixel in the highest bit.
void AppendPlane(bool inverted, std::string& out) {
  for (uint32_t row = kSide; row-- > 0;) {
    const uint16_t bits = inverted ? static_cast<uint16_t>(~kPicture[row]) : kPicture[row];
    out.push_back(static_cast<char>(bits >> 8));
    out.push_back(static_cast<char>(bits & 0xFF));
    out.append(kRowBytes - 2, '\0');
  }
}

// An ICO file with one picture of one bit a pixel, transparent where there is no ink.
std::string MakeIcon() {
  std::string icon;
  Append(0, 2, icon);
  Append(1, 2, icon);  // an icon
  Append(1, 2, icon);  // of one picture
  Append(kSide, 1, icon);
  Append(kSide, 1, icon);
  Append(2, 2, icon);  // colours
  Append(1, 2, icon);  // planes
  Append(1, 2, icon);  // bits a pixel
  Append(kImageBytes, 4, icon);
  Append(kImageStart, 4, icon);
  Append(kHeaderBytes, 4, icon);
  Append(kSide, 4, icon);
  Append(2 * kSide, 4, icon);  // both planes
  Append(1, 2, icon);
  Append(1, 2, icon);
  Append(0, 4, icon);  // not packed
  Append(2 * kPlaneBytes, 4, icon);
  icon.append(16, '\0');
  Append(0, 4, icon);
  Append(kInk, 4, icon);
  AppendPlane(false, icon);
  AppendPlane(true, icon);
  return icon;
}

}  // namespace

std::optional<HttpResponse> FaviconAnswer(const HttpRequest& request) {
  if (request.path() != "/favicon.ico") return std::nullopt;
  HttpResponse response;
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.AddHeader("Allow", "GET, HEAD, OPTIONS");
    return response;
  }
  static const auto* const icon =
      new std::shared_ptr<const std::string>(std::make_shared<const std::string>(MakeIcon()));
  static const auto* const tag = new std::string(WeakEntityTag(**icon).substr(2));  // it is a strong one
  response.content = ContentKind::kBinary;
  response.AddHeader("Cache-Control", "public, max-age=31536000");
  response.AddHeader("ETag", *tag);
  response.AddHeader("Content-Type", "image/x-icon");
  response.shared_body = *icon;
  return response;
}

}  // namespace sail::gateway
