#include "services/session/in_memory_user_index.h"

#include "services/session/user_index_contract.h"

namespace sail::session {
namespace {

class InMemoryIndexUnderTest final : public IndexUnderTest {
 public:
  UserIndex& index() override { return index_; }
  absl::Time Now() override { return now_; }
  void Wait(absl::Duration time) override { now_ += time; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  InMemoryUserIndex index_{[this] { return now_; }, 3};
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, UserIndexContract, InMemoryIndexUnderTest);

}  // namespace
}  // namespace sail::session
