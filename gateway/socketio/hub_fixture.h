// A hub on a loop that is run by hand, an application that writes down what it hears, and clients that are
// bytes.
#ifndef SAIL_GATEWAY_SOCKETIO_HUB_FIXTURE_H_
#define SAIL_GATEWAY_SOCKETIO_HUB_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/socketio/hub.h"
#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/server_frames.h"

namespace sail::gateway::socketio {

using Strings = std::vector<std::string>;

// Accepts whatever comes, unless told to decide later.
class RecordingApplication : public Application {
 public:
  void OnConnect(const std::shared_ptr<Socket>& socket, std::string_view auth_json,
                 ConnectDecision decision) override {
    log.push_back("connect " + socket->nsp() + " " + std::string(auth_json));
    last_socket = socket;
    decisions.push_back(decision);
    if (accept_at_once) {
      decision.Accept();
      if (on_accepted) on_accepted(socket);
    }
  }

  void OnEvent(const std::shared_ptr<Socket>& socket, Event event, AckResponder ack) override {
    std::string line = "event " + socket->nsp() + " " + event.name + " " + event.ArgsJson();
    for (const std::string& attachment : event.attachments) line += " <" + attachment + ">";
    if (ack) line += " ack";
    log.push_back(line);
    last_ack = ack;
    if (on_event) on_event(socket, event);
  }

  void OnDisconnect(const std::shared_ptr<Socket>& socket, std::string_view reason) override {
    EXPECT_FALSE(socket->connected());
    EXPECT_NE(socket->client(), nullptr);
    log.push_back("disconnect " + socket->nsp() + " " + std::string(reason));
    rooms_at_disconnect = socket->Rooms();
  }

  Strings Take() { return std::exchange(log, {}); }

  bool accept_at_once = true;
  std::function<void(const std::shared_ptr<Socket>&)> on_accepted;
  std::function<void(const std::shared_ptr<Socket>&, const Event&)> on_event;
  Strings log;
  Strings rooms_at_disconnect;
  std::shared_ptr<Socket> last_socket;
  AckResponder last_ack;
  std::vector<ConnectDecision> decisions;
};

class HubFixture : public ::testing::Test {
 protected:
  // A connected WebSocket.
  struct Peer {
    std::shared_ptr<ManualByteStream> stream;
    std::string sid;
  };

  HubFixture() {
    options.random = [this](uint8_t* data, size_t size) {
      for (size_t i = 0; i < size; ++i) data[i] = 0;
      ++ids_;
      data[size - 1] = static_cast<uint8_t>(ids_);
      data[size - 2] = static_cast<uint8_t>(ids_ >> 8);
    };
  }

  Hub& hub() {
    if (hub_ == nullptr) {
      hub_ = std::make_unique<Hub>(&loop, &application, nullptr, options);
      hub_->AddNamespace("/adm");
    }
    return *hub_;
  }

  // Without what the handshake writes.
  Peer Open(engineio::Version version = engineio::Version::kV4, bool takes_binary = true) {
    Peer peer{std::make_shared<ManualByteStream>(&loop), {}};
    peer.sid = hub().sessions().OpenWebSocket(peer.stream, {}, nullptr, version, takes_binary);
    Sent(peer);
    return peer;
  }

  // Opened, and in "/".
  Peer Connect() {
    Peer peer = Open();
    Send(peer, "40");
    Sent(peer);
    application.Take();
    return peer;
  }

  static void Send(const Peer& peer, std::string_view text) {
    peer.stream->Arrive(websocket::ClientFrame(websocket::Opcode::kText, text));
  }
  static void SendBinary(const Peer& peer, std::string_view bytes) {
    peer.stream->Arrive(websocket::ClientFrame(websocket::Opcode::kBinary, bytes));
  }

  // The frames that the client has got since the last call.
  Strings Sent(const Peer& peer) {
    std::string bytes;
    do {
      loop.Run();
      bytes += peer.stream->TakeWritten();
      peer.stream->Drain();
    } while (!peer.stream->written.empty());
    return websocket::ServerFrames(bytes);
  }

  std::string Closed() {
    for (const std::string& line : application.log) {
      if (line.rfind("disconnect / ", 0) == 0) return line.substr(13);
    }
    return "open";
  }

  ManualEventLoop loop;
  RecordingApplication application;
  HubOptions options;

  std::unique_ptr<Hub> hub_;

 private:
  uint32_t ids_ = 0;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_HUB_FIXTURE_H_
