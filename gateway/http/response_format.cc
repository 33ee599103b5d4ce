#include "gateway/http/response_format.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

void AppendNumber(size_t number, std::string* out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  out->append(digits, end);
}

bool IsSafe(const HttpHeader& header) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  return !header.name.empty() && header.name.find_first_of(kBreaks) == std::string::npos &&
         header.name.find_first_of(": ") == std::string::npos &&
         header.value.find_first_of(kBreaks) == std::string::npos;
}

// What the framing decides; a handler's own would contradict it.
bool IsFraming(std::string_view name) {
  return EqualsIgnoreCase(name, "content-length") || EqualsIgnoreCase(name, "transfer-encoding") ||
         EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "keep-alive") ||
         EqualsIgnoreCase(name, "date");
}

}  // namespace

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string FormatResponseHead(const HttpResponse& response, const ResponseFraming& framing) {
  const bool switching = response.status == 101;
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ");
  AppendNumber(static_cast<size_t>(response.status), &head);
  head.append(" ").append(ReasonPhrase(response.status)).append("\r\n");
  for (const HttpHeader& header : response.headers) {
    if (!IsSafe(header) || (!switching && IsFraming(header.name))) continue;
    head.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!switching) {
    if (StatusHasBody(response.status) && !framing.until_close) {
      head.append("Content-Length: ");
      AppendNumber(response.body_view().size(), &head);
      head.append("\r\n");
    }
    if (!framing.date.empty()) head.append("Date: ").append(framing.date).append("\r\n");
    if (!framing.keep_alive) {
      head.append("Connection: close\r\n");
    } else {
      head.append("Connection: keep-alive\r\n");
      if (framing.keep_alive_timeout_seconds > 0) {
        head.append("Keep-Alive: timeout=");
        AppendNumber(static_cast<size_t>(framing.keep_alive_timeout_seconds), &head);
        head.append("\r\n");
      }
    }
  }
  head.append("\r\n");
  return head;
}

std::string FormatResponse(const HttpResponse& response) {
  std::string text = FormatResponseHead(response, {.date = CurrentHttpDate()});
  if (StatusHasBody(response.status)) text.append(response.body_view());
  return text;
}

std::string HttpDate(int64_t unix_seconds) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const time_t time = unix_seconds;
  tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  const int length = std::snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays[static_cast<size_t>(parts.tm_wday)], parts.tm_mday,
                                   kMonths[static_cast<size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
  return std::string(text, static_cast<size_t>(length));
}

std::string_view CurrentHttpDate() {
  thread_local time_t formatted_at = -1;
  thread_local std::string text;
  const time_t now = std::time(nullptr);
  if (now != formatted_at) {
    text = HttpDate(now);
    formatted_at = now;
  }
  return text;
}

}  // namespace sail::gateway
