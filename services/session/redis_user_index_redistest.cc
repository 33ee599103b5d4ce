#include "absl/time/clock.h"
#include "platform/redis/testing/redis_server.h"
#include "services/session/redis_user_index.h"
#include "services/session/user_index_contract.h"

namespace sail::session {
namespace {

using platform::redis::Reply;

class RedisIndexUnderTest final : public IndexUnderTest {
 public:
  RedisIndexUnderTest() {
    platform::redis::ClientOptions options;
    options.connection.url = server_.url();
    client_ = std::make_unique<platform::redis::Client>(
        loop_, options, registry_,
        std::vector<const platform::redis::Script*>{&RedisUserIndex::AddScript(),
                                                    &RedisUserIndex::ListScript()});
    index_ = std::make_unique<RedisUserIndex>(*client_, "sess:", 3);
  }

  UserIndex& index() override { return *index_; }
  absl::Time Now() override { return absl::Now(); }
  // Redis has a clock of its own that cannot be set.
  void Wait(absl::Duration time) override { absl::SleepFor(time); }

  Reply Command(std::vector<std::string> args) {
    std::promise<Reply> result;
    client_->Command(std::move(args), absl::Seconds(20),
                     [&](absl::StatusOr<Reply> reply) { result.set_value(reply.value()); });
    return result.get_future().get();
  }

 private:
  platform::redis::testing::RedisServer server_;
  platform::metrics::Registry registry_;
  platform::redis::EventLoop loop_;
  std::unique_ptr<platform::redis::Client> client_;
  std::unique_ptr<RedisUserIndex> index_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, UserIndexContract, RedisIndexUnderTest);

using RedisUserIndexTest = UserIndexContract<RedisIndexUnderTest>;

TEST_F(RedisUserIndexTest, ScansForSessionsDoNotMeetTheIndex) {
  this->Add("7", "a", absl::Seconds(100));
  EXPECT_THAT(subject_.Command({"KEYS", "sess:*"}).elements, IsEmpty());
  EXPECT_EQ(subject_.Command({"KEYS", "*"}).elements.size(), 2u);
}

TEST_F(RedisUserIndexTest, LivesAsLongAsTheLastSession) {
  this->Add("7", "a", absl::Seconds(900));
  this->Add("7", "b", absl::Seconds(100));
  for (const char* key : {"sail:sess:user:7", "sail:sess:seen:7"}) {
    EXPECT_NEAR(subject_.Command({"TTL", key}).integer, 900, 2) << key;
  }
  this->Remove("7", {"a", "b"});
  EXPECT_THAT(subject_.Command({"KEYS", "*"}).elements, IsEmpty());
}

}  // namespace
}  // namespace sail::session
