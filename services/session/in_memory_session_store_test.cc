#include "services/session/in_memory_session_store.h"

#include "services/session/session_store_contract.h"

namespace sail::session {
namespace {

// Reads the time to live by moving the clock until the session is gone.
class InMemoryStoreUnderTest final : public StoreUnderTest {
 public:
  SessionStore& store() override { return store_; }

  int64_t TimeToLive(const std::string& id) override {
    const absl::Time start = now_;
    int64_t seconds = 0;
    while (Read(store_, id).ok()) {
      now_ += absl::Seconds(1);
      ++seconds;
    }
    now_ = start;
    return seconds;
  }

  void Expire(const std::string& id) override { now_ += absl::Seconds(TimeToLive(id)); }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  InMemorySessionStore store_{[this] { return now_; }};
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, SessionStoreContract, InMemoryStoreUnderTest);

}  // namespace
}  // namespace sail::session
