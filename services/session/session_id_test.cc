#include "services/session/session_id.h"

#include <gtest/gtest.h>

#include <set>

namespace sail::session {
namespace {

TEST(SessionIdTest, NewIdsAreThirtyTwoCharactersAndDiffer) {
  std::set<std::string> ids;
  std::set<char> characters;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewSessionId();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_TRUE(IsSessionId(id)) << id;
    characters.insert(id.begin(), id.end());
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(characters.size(), 64u);
}

TEST(SessionIdTest, OnlyBase64UrlCharactersAreAnId) {
  EXPECT_TRUE(IsSessionId("a"));
  EXPECT_TRUE(IsSessionId(std::string(256, '-')));
  EXPECT_FALSE(IsSessionId(""));
  EXPECT_FALSE(IsSessionId(std::string(257, 'a')));
  for (const char* id : {"a b", "a*", "a:b", "a/b", "a+b", "a=", "é", "../x"})
    EXPECT_FALSE(IsSessionId(id)) << id;
  EXPECT_FALSE(IsSessionId(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace sail::session
