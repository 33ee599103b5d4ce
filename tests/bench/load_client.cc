#include "tests/bench/load_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace sail::bench {
namespace {

constexpr uint8_t kTextOpcode = 1;
constexpr uint8_t kCloseOpcode = 8;

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

LoadClient::LoadClient(const Target& target) : target_(target) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  inet_pton(AF_INET, target.host.c_str(), &address.sin_addr);
  descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    state_ = State::kClosed;
    return;
  }
  int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
  std::string host = target.host + ":" + std::to_string(target.port);
  std::string request = "GET /socket.io/?EIO=4&transport=websocket" + target.query +
                        " HTTP/1.1\r\nHost: " + host +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: bG9hZCBnZW5lcmF0b3IhIQ==\r\n";
  if (!target.origin.empty()) request += "Origin: " + target.origin + "\r\n";
  Send(request + "\r\n");
}

LoadClient::~LoadClient() { close(descriptor_); }

bool LoadClient::Fill() {
  char bytes[65536];
  for (;;) {
    ssize_t count = recv(descriptor_, bytes, sizeof(bytes), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (count <= 0) {
      state_ = State::kClosed;
      return false;
    }
    std::string_view got(bytes, static_cast<size_t>(count));
    if (state_ != State::kUpgrading) {
      frames_.Append(got);
    } else {
      upgrade_answer_.append(got);
      size_t end = upgrade_answer_.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      if (!StartsWith(upgrade_answer_, "HTTP/1.1 101 ")) {
        state_ = State::kClosed;
        return false;
      }
      state_ = State::kOpening;
      frames_.Append(std::string_view(upgrade_answer_).substr(end + 4));
    }
    if (got.size() < sizeof(bytes)) return true;
  }
}

bool LoadClient::NextEvent(std::string_view* payload) {
  uint8_t opcode = 0;
  for (;;) {
    FrameReader::Result result = frames_.Next(&opcode, payload);
    if (result == FrameReader::Result::kNeedMore) return false;
    if (result == FrameReader::Result::kBroken || opcode == kCloseOpcode) {
      state_ = State::kClosed;
      return false;
    }
    if (opcode != kTextOpcode) continue;
    if (state_ == State::kReady && StartsWith(*payload, "42")) return true;
    Handle(*payload);
  }
}

void LoadClient::Handle(std::string_view packet) {
  if (packet == "2") {
    Send(TextFrame("3"));
  } else if (state_ == State::kOpening && StartsWith(packet, "0{")) {
    state_ = State::kConnecting;
    Send(TextFrame("40"));
  } else if (state_ == State::kConnecting && StartsWith(packet, "40")) {
    state_ = State::kJoining;
    Send(TextFrame("420" + target_.join));
  } else if (state_ == State::kJoining && StartsWith(packet, "430")) {
    state_ = State::kReady;
  }
}

void LoadClient::Send(std::string_view bytes) {
  // A few small messages in all: what the kernel does not take at once means that the server is stuck.
  if (send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    state_ = State::kClosed;
  }
}

}  // namespace sail::bench
