#include "services/session/user_key.h"

#include <gtest/gtest.h>

namespace sail::session {
namespace {

std::string UserOf(std::string_view path, std::string_view stored) {
  return UserKey::Parse(path)->UserOf(*SessionDocument::FromStored(stored));
}

TEST(UserKeyTest, AStringOrANumberIsAUser) {
  EXPECT_EQ(UserOf("userId", R"({"cookie":{},"userId":"a\u0062\"c"})"), "ab\"c");
  EXPECT_EQ(UserOf("userId", R"({"userId":90071992547409931})"), "90071992547409931");
  EXPECT_EQ(UserOf("userId", R"({"userId":-7})"), "-7");
}

TEST(UserKeyTest, AnythingElseIsNobody) {
  for (const char* value : {"null", "true", "false", "[7]", "{\"id\":7}", "\"\""}) {
    EXPECT_EQ(UserOf("userId", std::string("{\"userId\":") + value + "}"), "") << value;
  }
  EXPECT_EQ(UserOf("userId", R"({"user":7})"), "");
  EXPECT_EQ(UserOf("userId", "{\"userId\":\"" + std::string(256, 'x') + "\"}").size(), 256u);
  EXPECT_EQ(UserOf("userId", "{\"userId\":\"" + std::string(257, 'x') + "\"}"), "");
}

TEST(UserKeyTest, DotsLeadIntoObjects) {
  EXPECT_EQ(UserOf("passport.user", R"({"passport":{"x":1,"user":"7"},"user":"8"})"), "7");
  EXPECT_EQ(UserOf("a.b.c", R"({"a":{"b":{"c":3}}})"), "3");
  EXPECT_EQ(UserOf("passport.user", R"({"passport":"user"})"), "");
  EXPECT_EQ(UserOf("passport.user", R"({"passport":{}})"), "");
}

TEST(UserKeyTest, APathWithAnEmptyKeyIsNone) {
  for (const char* path : {"", ".", "a.", ".a", "a..b", "a.b.c.d.e.f.g.h.i"}) {
    EXPECT_EQ(UserKey::Parse(path).status().code(), absl::StatusCode::kInvalidArgument) << path;
  }
}

}  // namespace
}  // namespace sail::session
