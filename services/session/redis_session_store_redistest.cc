#include "platform/redis/testing/redis_server.h"
#include "services/session/redis_session_store.h"
#include "services/session/session_store_contract.h"

namespace sail::session {
namespace {

using platform::redis::Reply;

class RedisStoreUnderTest final : public StoreUnderTest {
 public:
  RedisStoreUnderTest() {
    platform::redis::ClientOptions options;
    options.connection.url = server_.url();
    client_ = std::make_unique<platform::redis::Client>(
        loop_, options, registry_,
        std::vector<const platform::redis::Script*>{&RedisSessionStore::SwapScript()});
    store_ = std::make_unique<RedisSessionStore>(*client_, "sess:");
  }

  SessionStore& store() override { return *store_; }

  int64_t TimeToLive(const std::string& id) override {
    return (Command({"PTTL", "sess:" + id}).integer + 999) / 1000;
  }

  void Expire(const std::string& id) override { Command({"PEXPIRE", "sess:" + id, "0"}); }

 private:
  Reply Command(std::vector<std::string> args) {
    std::promise<Reply> result;
    client_->Command(std::move(args), kTestTimeout,
                     [&](absl::StatusOr<Reply> reply) { result.set_value(reply.value()); });
    return result.get_future().get();
  }

  platform::redis::testing::RedisServer server_;
  platform::metrics::Registry registry_;
  platform::redis::EventLoop loop_;
  std::unique_ptr<platform::redis::Client> client_;
  std::unique_ptr<RedisSessionStore> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, SessionStoreContract, RedisStoreUnderTest);

}  // namespace
}  // namespace sail::session
