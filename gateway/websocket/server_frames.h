// What a server has written, taken apart, for tests.
#ifndef SAIL_GATEWAY_WEBSOCKET_SERVER_FRAMES_H_
#define SAIL_GATEWAY_WEBSOCKET_SERVER_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sail::gateway::websocket {

// One line a frame: text as it is, other frames behind "binary:", "close:", "pong:" and the like.
inline std::vector<std::string> ServerFrames(std::string_view bytes) {
  std::vector<std::string> frames;
  while (bytes.size() >= 2) {
    const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
    const int opcode = at(0) & 0x0F;
    size_t header = 2;
    uint64_t size = at(1);
    if (size >= 126) {
      header = size == 126 ? 4 : 10;
      size = 0;
      for (size_t i = 2; i < header; ++i) size = size << 8 | at(i);
    }
    if (bytes.size() < header + size) break;
    const std::string payload(bytes.substr(header, size));
    const char* const kind = opcode == 1    ? ""
                             : opcode == 2  ? "binary:"
                             : opcode == 8  ? "close:"
                             : opcode == 9  ? "ping:"
                             : opcode == 10 ? "pong:"
                                            : "unknown:";
    frames.push_back(kind + payload);
    bytes.remove_prefix(header + size);
  }
  if (!bytes.empty()) frames.push_back("cut:" + std::string(bytes));
  return frames;
}

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_SERVER_FRAMES_H_
