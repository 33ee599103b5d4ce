#include "gateway/websocket/message_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace sail::gateway::websocket {
namespace {

constexpr int kLevel = 3;
constexpr int kRawWindow = -15;
constexpr size_t kChunk = 16 * 1024;
// A flush ends with these bytes, which do not travel (RFC 7692 §7.2.1).
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

Bytef* Input(std::string_view data) { return reinterpret_cast<Bytef*>(const_cast<char*>(data.data())); }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes what is in front of the separator.
std::string_view TakeItem(std::string_view* list, char separator) {
  const size_t end = list->find(separator);
  const std::string_view item = Trim(list->substr(0, end));
  list->remove_prefix(end == std::string_view::npos ? list->size() : end + 1);
  return item;
}

// 8 to 15, without a leading zero, maybe quoted; 0 if it is something else.
int WindowBits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (value == "8" || value == "9") return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') return 10 + value[1] - '0';
  return 0;
}

// One offer, "permessage-deflate; a; b=1".
bool CanAccept(std::string_view offer) {
  if (TakeItem(&offer, ';') != "permessage-deflate") return false;
  bool seen[4] = {};
  const auto first = [&seen](int parameter) { return !std::exchange(seen[parameter], true); };
  while (!offer.empty()) {
    std::string_view value = TakeItem(&offer, ';');
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view name = TakeItem(&value, '=');
    if (name == "server_no_context_takeover") {
      if (has_value || !first(0)) return false;
    } else if (name == "client_no_context_takeover") {
      if (has_value || !first(1)) return false;
    } else if (name == "client_max_window_bits") {
      if ((has_value && WindowBits(value) == 0) || !first(2)) return false;
    } else if (name == "server_max_window_bits") {
      // A message that stands alone would need a window of its own; zlib knows none of 8 bits.
      if (WindowBits(value) != 15 || !first(3)) return false;
    } else {
      return false;
    }
  }
  return true;
}

struct Deflater {
  Deflater() {
    // Fails only without memory.
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  }
  ~Deflater() { deflateEnd(&stream); }
  z_stream stream{};
};

struct Inflater {
  Inflater() {
    if (inflateInit2(&stream, kRawWindow) != Z_OK) std::abort();
  }
  ~Inflater() { inflateEnd(&stream); }
  z_stream stream{};
};

}  // namespace

std::optional<std::string> NegotiateDeflate(std::string_view offers) {
  while (!offers.empty()) {
    if (!CanAccept(TakeItem(&offers, ','))) continue;
    return "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  }
  return std::nullopt;
}

std::string DeflateMessage(std::string_view message) {
  thread_local Deflater deflater;
  z_stream& stream = deflater.stream;
  deflateReset(&stream);
  std::string payload(deflateBound(&stream, message.size()) + 16, '\0');
  stream.next_in = Input(message);
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(payload.data());
  stream.avail_out = static_cast<uInt>(payload.size());
  deflate(&stream, Z_SYNC_FLUSH);
  payload.resize(stream.total_out - kTail.size());
  return payload;
}

std::optional<std::string> InflateMessage(std::string_view payload, size_t max_bytes, bool* too_large) {
  thread_local Inflater inflater;
  z_stream& stream = inflater.stream;
  inflateReset(&stream);
  *too_large = false;
  std::string message;
  for (const std::string_view part : {payload, kTail}) {
    stream.next_in = Input(part);
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      const size_t before = message.size();
      message.resize(before + std::min(kChunk, max_bytes - before + 1));
      stream.next_out = reinterpret_cast<Bytef*>(message.data()) + before;
      stream.avail_out = static_cast<uInt>(message.size() - before);
      const int outcome = inflate(&stream, Z_SYNC_FLUSH);
      const bool full = stream.avail_out == 0;
      message.resize(message.size() - stream.avail_out);
      if (message.size() > max_bytes) {
        *too_large = true;
        return std::nullopt;
      }
      // A final block may end the data; whatever follows it is of the next one (RFC 7692 §7.2.3.5).
      if (outcome == Z_STREAM_END) inflateReset(&stream);
      if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) return std::nullopt;
      if (outcome == Z_BUF_ERROR && !full) break;
      if (stream.avail_in == 0 && !full) break;
    } while (true);
  }
  return message;
}

}  // namespace sail::gateway::websocket
