// Two gateways with an echo on Engine.IO, over real HTTP and gRPC.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/engineio/endpoint.h"
#include "gateway/engineio/loop_sessions.h"
#include "gateway/engineio/owned_sid.h"
#include "gateway/http/event_loops.h"
#include "gateway/http/http_server.h"
#include "gateway/http/test_client.h"
#include "gateway/peers/peer_client.h"
#include "gateway/peers/peer_service.h"
#include "gateway/websocket/client_frames.h"

namespace sail::gateway {
namespace {

using engineio::LoopSessions;
using engineio::OutgoingPacket;
using engineio::PacketType;

class Echo final : public engineio::SessionHandler {
 public:
  void OnSessionOpened(engineio::EngineSession* session) override { session_ = session; }
  void OnMessage(std::string_view text) override {
    session_->Send(OutgoingPacket::Text(PacketType::kMessage, text));
  }
  void OnBinaryMessage(std::string_view bytes) override {
    session_->Send(OutgoingPacket::Binary(session_->binary_form(), bytes));
  }
  void OnSessionClosed(engineio::CloseReason) override {}

 private:
  engineio::EngineSession* session_ = nullptr;
};

class FakeDirectory final : public PeerDirectory {
 public:
  void Find(uint32_t id, Found found) override {
    std::string address;
    {
      std::lock_guard lock(mutex);
      address = addresses[id];
    }
    if (address.empty()) return found(absl::NotFoundError("no such gateway"));
    found(address);
  }
  void Forget(uint32_t) override {}
  bool announced() const override { return true; }

  std::mutex mutex;
  std::map<uint32_t, std::string> addresses;
};

class Gateway {
 public:
  Gateway(uint32_t id, FakeDirectory& directory)
      : sids_(id, {"a secret of tests"}), peers_(MakePeerClient(directory, {}, registry_)) {
    std::vector<LoopSessions*> sessions;
    for (int i = 0; i < loops_.size(); ++i) {
      engineio::LoopSessionsOptions options;
      options.make_sid = [this, i] { return sids_.Next(static_cast<uint8_t>(i)); };
      RunAndWait(loops_.loop(i), [&] {
        sessions_.push_back(std::make_unique<LoopSessions>(
            &loops_.loop(i), std::move(options),
            [](const std::shared_ptr<const HttpRequest>&) { return std::make_unique<Echo>(); }));
      });
      sessions.push_back(sessions_.back().get());
    }
    endpoint_ = std::make_unique<engineio::Endpoint>(engineio::EndpointOptions(), sessions, sids_,
                                                     peers_.get(), registry_);
    service_ = std::make_unique<PeerService>(*endpoint_, registry_);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_->service());
    grpc_ = builder.BuildAndStart();
    {
      std::lock_guard lock(directory.mutex);
      directory.addresses[id] = "127.0.0.1:" + std::to_string(port);
    }
    HttpServerOptions options;
    options.address = "127.0.0.1:0";
    http_ = std::make_unique<HttpServer>(options, loops_, *endpoint_, endpoint_.get());
    EXPECT_TRUE(http_->Start().ok());
  }

  ~Gateway() {
    peers_.reset();
    grpc_->Shutdown(std::chrono::system_clock::now());
    http_.reset();
    for (int i = 0; i < loops_.size(); ++i) {
      RunAndWait(loops_.loop(i), [&] { sessions_[static_cast<size_t>(i)].reset(); });
    }
  }

  int port() const { return http_->port(); }
  size_t sessions() {
    size_t count = 0;
    for (int i = 0; i < loops_.size(); ++i) {
      RunAndWait(loops_.loop(i), [&] { count += sessions_[static_cast<size_t>(i)]->size(); });
    }
    return count;
  }

 private:
  platform::metrics::Registry registry_;
  EventLoops loops_{2};
  const engineio::OwnedSids sids_;
  std::unique_ptr<PeerClient> peers_;
  std::vector<std::unique_ptr<LoopSessions>> sessions_;
  std::unique_ptr<engineio::Endpoint> endpoint_;
  std::unique_ptr<PeerService> service_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<HttpServer> http_;
};

class PeersTest : public ::testing::Test {
 protected:
  static std::string Head(const std::string& method, const std::string& sid) {
    std::string target = "/engine.io/?EIO=4&transport=polling";
    if (!sid.empty()) target += "&sid=" + sid;
    return method + " " + target + " HTTP/1.1\r\nHost: x\r\n";
  }
  static TestResponse Get(Gateway& gateway, const std::string& sid = "") {
    TestClient client(gateway.port());
    client.Send(Head("GET", sid) + "\r\n");
    return client.ReadResponse();
  }
  static TestResponse Post(Gateway& gateway, const std::string& sid, const std::string& body) {
    TestClient client(gateway.port());
    client.Send(Head("POST", sid) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.ReadResponse();
  }
  static std::string Open(Gateway& gateway) { return Get(gateway).body.substr(9, 20); }

  // A WebSocket for the session, up to the end of the answer's head.
  static std::string Upgrade(TestClient& client, const std::string& sid) {
    client.Send("GET /engine.io/?EIO=4&transport=websocket&sid=" + sid +
                " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string head;
    while (head.size() < 4 || head.substr(head.size() - 4) != "\r\n\r\n") {
      const std::string byte = client.ReadExactly(1);
      if (byte.empty()) break;
      head += byte;
    }
    return head;
  }
  static void Say(TestClient& client, std::string_view text) {
    client.Send(websocket::ClientFrame(websocket::Opcode::kText, text));
  }
  // A short text frame.
  static std::string Hear(TestClient& client) {
    const std::string head = client.ReadExactly(2);
    return head.size() < 2 ? "(closed)" : client.ReadExactly(static_cast<size_t>(head[1]));
  }

  FakeDirectory directory_;
  std::unique_ptr<Gateway> owner_ = std::make_unique<Gateway>(1, directory_);
  std::unique_ptr<Gateway> stray_ = std::make_unique<Gateway>(2, directory_);
};

TEST_F(PeersTest, PollsAndPostsGoThroughAnyGateway) {
  const std::string sid = Open(*owner_);
  EXPECT_EQ(Post(*stray_, sid, "4hello").body, "ok");
  const TestResponse poll = Get(*stray_, sid);
  EXPECT_EQ(poll.status, 200);
  EXPECT_EQ(poll.body, "4hello");
  EXPECT_EQ(poll.headers.at("cache-control"), "no-store");
  Post(*owner_, sid, "4again");
  EXPECT_EQ(Get(*stray_, sid).body, "4again");
}

TEST_F(PeersTest, APollIsHeldAcrossGateways) {
  const std::string sid = Open(*owner_);
  TestClient client(stray_->port());
  client.Send(Head("GET", sid) + "\r\n");
  EXPECT_EQ(client.ReadFor(std::chrono::milliseconds(100)), "");
  Post(*owner_, sid, "4late");
  EXPECT_EQ(client.ReadResponse().body, "4late");
}

TEST_F(PeersTest, AClientThatDropsItsPollHasLeftTheOwner) {
  const std::string sid = Open(*owner_);
  {
    TestClient client(stray_->port());
    client.Send(Head("GET", sid) + "\r\n");
    EXPECT_EQ(client.ReadFor(std::chrono::milliseconds(100)), "");
  }
  EXPECT_TRUE(WaitFor([&] { return owner_->sessions() == 0; }));
  EXPECT_EQ(Get(*stray_, sid).body, R"({"code":1,"message":"Session ID unknown"})");
}

TEST_F(PeersTest, AnUpgradeGoesThroughAnyGateway) {
  const std::string sid = Open(*owner_);
  TestClient client(stray_->port());
  EXPECT_NE(Upgrade(client, sid).find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            std::string::npos);
  Say(client, "2probe");
  EXPECT_EQ(Hear(client), "3probe");
  Say(client, "5");
  Say(client, "4hello");
  EXPECT_EQ(Hear(client), "4hello");
  EXPECT_EQ(Get(*stray_, sid).body, R"({"code":3,"message":"Bad request"})");
  Say(client, "4bye");
  EXPECT_EQ(Hear(client), "4bye");
  client.Close();
  EXPECT_TRUE(WaitFor([&] { return owner_->sessions() == 0; }));
}

TEST_F(PeersTest, MuchDataGoesBothWaysThroughATunnel) {
  const std::string sid = Open(*owner_);
  TestClient client(stray_->port());
  Upgrade(client, sid);
  Say(client, "5");
  const std::string message = "4" + std::string(700'000, 'x');
  for (int i = 0; i < 5; ++i) {
    Say(client, message);
    const std::string frame = client.ReadExactly(10 + message.size());
    ASSERT_EQ(frame.size(), 10 + message.size());
    EXPECT_EQ(frame.substr(10), message);
  }
}

TEST_F(PeersTest, ASecondWebSocketIsClosedByTheOwner) {
  const std::string sid = Open(*owner_);
  TestClient first(stray_->port());
  Upgrade(first, sid);
  TestClient second(stray_->port());
  Upgrade(second, sid);
  EXPECT_EQ(second.ReadToEnd(), std::string("\x88\x00", 2));
  Say(first, "2probe");
  EXPECT_EQ(Hear(first), "3probe");
}

TEST_F(PeersTest, ADeadOwnersSessionsAreUnknown) {
  const std::string sid = Open(*owner_);
  owner_.reset();
  EXPECT_EQ(Get(*stray_, sid).body, R"({"code":1,"message":"Session ID unknown"})");
  TestClient client(stray_->port());
  const std::string answer = Upgrade(client, sid);
  EXPECT_NE(answer.find("HTTP/1.1 400"), std::string::npos);
  directory_.addresses.clear();
  EXPECT_EQ(Get(*stray_, sid).body, R"({"code":1,"message":"Session ID unknown"})");
}

TEST_F(PeersTest, TheOwnersEndIsTheClientsEnd) {
  const std::string sid = Open(*owner_);
  TestClient client(stray_->port());
  Upgrade(client, sid);
  Say(client, "5");
  Say(client, "4hello");
  EXPECT_EQ(Hear(client), "4hello");
  owner_.reset();
  client.ReadToEnd();
  EXPECT_EQ(client.ReadExactly(1), "");
}

TEST_F(PeersTest, AForgedIdIsLookedForNowhere) {
  std::string sid = Open(*owner_);
  sid[10] = sid[10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(Get(*stray_, sid).body, R"({"code":1,"message":"Session ID unknown"})");
}

}  // namespace
}  // namespace sail::gateway
