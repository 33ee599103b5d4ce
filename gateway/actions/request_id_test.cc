#include "gateway/actions/request_id.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(RequestId, TakesOverAClientsIdThatIsSane) {
  EXPECT_EQ(RequestId("abc-1_2.Z"), "abc-1_2.Z");
  EXPECT_EQ(RequestId(std::string(64, 'a')), std::string(64, 'a'));
}

TEST(RequestId, MakesANewOneOtherwise) {
  for (const std::string& given :
       {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a\"b"), std::string("é")}) {
    const std::string id = RequestId(given);
    EXPECT_NE(id, given);
    EXPECT_EQ(RequestId(id), id) << "a new id is itself a sane one";
  }
  EXPECT_NE(RequestId(std::nullopt), RequestId(std::nullopt));
}

}  // namespace
}  // namespace sail::gateway
