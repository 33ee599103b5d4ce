#include "platform/rpc/resolver.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::platform::rpc {
namespace {

using ::testing::ElementsAre;

TEST(Resolver, GivesSortedAddressesOnce) {
  EXPECT_THAT(*Resolve("127.0.0.2:51, 127.0.0.1:50,127.0.0.2:51"),
              ElementsAre("ipv4:127.0.0.1:50", "ipv4:127.0.0.2:51"));
  EXPECT_THAT(*Resolve("dns:///127.0.0.1:50"), ElementsAre("ipv4:127.0.0.1:50"));
}

TEST(Resolver, RefusesMalformedTargets) {
  for (const char* target : {"", "host", "host:", ":1", "127.0.0.1:1,", "127.0.0.1:http"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Resolve(target).status())) << target;
  }
}

}  // namespace
}  // namespace sail::platform::rpc
