#ifndef SAIL_TESTS_BENCH_LOAD_CLIENT_H_
#define SAIL_TESTS_BENCH_LOAD_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/client_frames.h"

namespace sail::bench {

// Where and how a client connects, shared by all.
struct Target {
  std::string host;  // IPv4
  uint16_t port = 0;
  std::string query;   // more of the handshake's query, "" or "&name=value"
  std::string origin;  // of the handshake; "" sends none
  std::string join;    // JSON array of the event by which it enters the room; its ack means it is in
};

// One Engine.IO 4 / Socket.IO 5 client over a raw WebSocket on a non-blocking socket: connects, joins, then
// reports each event. The caller polls the descriptor for reading and calls Read when there is something.
class LoadClient {
 public:
  enum class State { kUpgrading, kOpening, kConnecting, kJoining, kReady, kClosed };

  // Connects and sends the upgrade; blocks for the TCP connect alone. `target` must outlive the client.
  explicit LoadClient(const Target& target);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  int descriptor() const { return descriptor_; }
  State state() const { return state_; }

  // Reads all there is and calls `on_event(payload)` with each event packet, `42[...]`, once joined.
  template <typename OnEvent>
  void Read(OnEvent on_event) {
    if (!Fill()) return;
    std::string_view payload;
    while (NextEvent(&payload)) on_event(payload);
  }

 private:
  bool Fill();
  // Handles everything that is not an event itself. False when no event is left.
  bool NextEvent(std::string_view* payload);
  void Handle(std::string_view packet);
  void Send(std::string_view bytes);

  const Target& target_;
  int descriptor_ = -1;
  State state_ = State::kUpgrading;
  std::string upgrade_answer_;
  FrameReader frames_;
};

}  // namespace sail::bench

#endif  // SAIL_TESTS_BENCH_LOAD_CLIENT_H_
