#include "services/session/session_document.h"

#include <gtest/gtest.h>

namespace sail::session {
namespace {

constexpr size_t kNoLimit = 1 << 20;

TEST(SessionDocumentTest, NewSessionIsWrittenAsExpressSessionDoes) {
  auto document = SessionDocument::FromContent({});
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->Text(),
            R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}})");
  document = SessionDocument::FromContent({R"({"userId":7,"flash":[]})", R"({"httpOnly":true,"path":"/"})"});
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->Text(), R"({"cookie":{"httpOnly":true,"path":"/"},"userId":7,"flash":[]})");
}

TEST(SessionDocumentTest, UntouchedKeysKeepTheirBytes) {
  const std::string text =
      R"({"cookie":{ "path" : "/" },"big":12345678901234567890,"empty":[ ],"o":{},"e":1e3,"s":"\u00e9\/","n":1})";
  auto document = SessionDocument::FromStored(text);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->Text(), text);
  ASSERT_TRUE(document->Apply({{{"n", "2"}}, {}}, kNoLimit).ok());
  EXPECT_EQ(
      document->Text(),
      R"({"cookie":{ "path" : "/" },"big":12345678901234567890,"empty":[ ],"o":{},"e":1e3,"s":"\u00e9\/","n":2})");
}

TEST(SessionDocumentTest, SetsInPlaceAppendsAndRemoves) {
  auto document = SessionDocument::FromStored(R"({"cookie":{},"a":1,"b":2,"c":3})");
  ASSERT_TRUE(document.ok());
  ASSERT_TRUE(document->Apply({{{"b", "[]"}, {"z", "26"}, {"y", "\"\""}}, {"a", "unknown"}}, kNoLimit).ok());
  EXPECT_EQ(document->Text(), R"({"cookie":{},"b":[],"c":3,"y":"","z":26})");
  ASSERT_TRUE(document->Apply({{{"cookie", R"({"path":"/x"})"}}, {}}, kNoLimit).ok());
  EXPECT_EQ(document->Text(), R"({"cookie":{"path":"/x"},"b":[],"c":3,"y":"","z":26})");
}

TEST(SessionDocumentTest, SplitsCookieFromData) {
  auto document = SessionDocument::FromStored(R"({"a":1,"cookie":{"path":"/"},"b":"\"x"})");
  ASSERT_TRUE(document.ok());
  const Session session = document->ToSession("id");
  EXPECT_EQ(session.id, "id");
  EXPECT_EQ(session.data_json, R"({"a":1,"b":"\"x"})");
  EXPECT_EQ(session.cookie_json, R"({"path":"/"})");
  EXPECT_EQ(SessionDocument::FromStored("{}")->ToSession("id").cookie_json, "");
}

TEST(SessionDocumentTest, SizeIsThatOfTheText) {
  for (const char* text : {"{}", R"({"a":1})", R"({"cookie":{},"\"q\n":[1, 2],"é":"é"})"}) {
    auto document = SessionDocument::FromStored(text);
    ASSERT_TRUE(document.ok());
    EXPECT_EQ(document->size(), document->Text().size()) << text;
  }
}

TEST(SessionDocumentTest, RefusesToGrowBeyondTheLimitAndStaysAsItWas) {
  auto document = SessionDocument::FromStored(R"({"cookie":{},"a":1})");
  ASSERT_TRUE(document.ok());
  const std::string before = document->Text();
  EXPECT_EQ(document->Apply({{{"b", "12345"}}, {"a"}}, before.size()).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(document->Text(), before);
  EXPECT_TRUE(document->Apply({{{"b", "2"}}, {"a"}}, before.size()).ok());
}

TEST(SessionDocumentTest, RefusesWhatIsNoSession) {
  for (const char* data : {"[]", "{", "1", R"({"cookie":{}})", R"({"a":})"}) {
    EXPECT_EQ(SessionDocument::FromContent({data, ""}).status().code(), absl::StatusCode::kInvalidArgument)
        << data;
  }
  EXPECT_EQ(SessionDocument::FromContent({"", "[]"}).status().code(), absl::StatusCode::kInvalidArgument);
  for (const char* stored : {"", "[]", "null", "{\"a\"", "garbage"}) {
    EXPECT_EQ(SessionDocument::FromStored(stored).status().code(), absl::StatusCode::kDataLoss) << stored;
  }
}

TEST(SessionDocumentTest, ChecksChanges) {
  EXPECT_TRUE(SessionDocument::Check({{{"a", "{}"}, {"cookie", "{}"}}, {"b"}}).ok());
  EXPECT_FALSE(SessionDocument::Check({{{"a", ""}}, {}}).ok());
  EXPECT_FALSE(SessionDocument::Check({{{"a", "1,\"b\":2"}}, {}}).ok());
  EXPECT_FALSE(SessionDocument::Check({{{"cookie", "1"}}, {}}).ok());
  EXPECT_FALSE(SessionDocument::Check({{}, {"cookie"}}).ok());
  EXPECT_FALSE(SessionDocument::Check({{{"a", std::string(64, '[') + std::string(64, ']')}}, {}}).ok());
}

TEST(SessionDocumentTest, WhatWasAcceptedCanBeReadAgain) {
  const std::string deep = std::string(63, '[') + std::string(63, ']');
  auto document = SessionDocument::FromContent({"{\"a\":" + deep + "}", ""});
  ASSERT_TRUE(document.ok());
  EXPECT_TRUE(SessionDocument::FromStored(document->Text()).ok());
}

}  // namespace
}  // namespace sail::session
