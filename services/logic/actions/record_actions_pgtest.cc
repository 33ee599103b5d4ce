#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "services/logic/actions/record_actions.h"
#include "services/logic/testing/logic_fixture.h"

namespace sail::logic {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class RecordActionsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new platform::postgres::PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  // "200 {...}"
  std::string Run(const std::string& method, const std::string& url, const std::string& body = "") {
    const action::v1::ActionResponse response = logic_.Run(method, url, body);
    return std::to_string(response.status()) + " " + response.body();
  }

  static platform::postgres::PostgresServer* server_;
  LogicFixture logic_{*server_, 4};
};

platform::postgres::PostgresServer* RecordActionsTest::server_ = nullptr;

TEST_F(RecordActionsTest, AFailedWriteLeavesNeitherRowsNorEvents) {
  ASSERT_THAT(Run("POST", "/tag", R"({"label":"cute"})"), StartsWith("200"));
  ASSERT_THAT(Run("POST", "/pet", R"({"name":"Rex","tags":[1]})"), StartsWith("200"));
  logic_.TakeEvents();
  const int commits = logic_.commits();
  EXPECT_THAT(Run("POST", "/tag", R"({"label":"cute","pets":[1]})"), StartsWith("400"));
  // The row is written before its children; the children's key fails in the same transaction.
  EXPECT_THAT(Run("PATCH", "/tag/1", R"({"label":"cu\u0000te"})"), StartsWith("500"));
  EXPECT_EQ(logic_.Query("SELECT count(*) FROM tag"), "1");
  EXPECT_EQ(logic_.Query("SELECT count(*) FROM pet_tags__tag_pets"), "1");
  EXPECT_TRUE(logic_.TakeEvents().empty());
  EXPECT_EQ(logic_.commits(), commits);
}

TEST_F(RecordActionsTest, ChildrenStayWithTheirRecordsBehindASkip) {
  logic_.Query("INSERT INTO \"user\" (name, email) SELECT 'u' || i, i FROM generate_series(1, 6) i");
  logic_.Query("INSERT INTO pet (name, owner) SELECT 'p' || i, i FROM generate_series(1, 6) i");
  EXPECT_EQ(
      Run("GET", "/user?skip=4&select=name"),
      R"(200 [{"pets":[{"createdAt":null,"updatedAt":null,"id":5,"name":"p5","kind":null,"owner":5}],)"
      R"("id":5,"name":"u5"},{"pets":[{"createdAt":null,"updatedAt":null,"id":6,"name":"p6","kind":null,)"
      R"("owner":6}],"id":6,"name":"u6"}])");
  EXPECT_EQ(Run("GET", "/pet?skip=5&limit=2&select=id,owner&populate=owner"),
            R"(200 [{"id":6,"owner":{"createdAt":null,"updatedAt":null,"id":6,"name":"u6","email":"6",)"
            R"("age":null}}])");
}

TEST_F(RecordActionsTest, KeysThatCannotChangeACollectionAreToldAfterMissingRecords) {
  ASSERT_THAT(Run("POST", "/user", R"({"name":"Ann"})"), StartsWith("200"));
  ASSERT_THAT(Run("POST", "/pet", R"({"name":"Rex"})"), StartsWith("200"));
  EXPECT_EQ(Run("PATCH", "/user/0x7", R"({"age":1})"), "404 Not Found");
  EXPECT_THAT(
      Run("PATCH", "/user/0x1", R"({"age":1})"),
      StartsWith(R"(400 {"code":"E_INVALID_VALUES_TO_SET","details":"Could not use specified `id`.  )"));
  EXPECT_EQ(Run("PUT", "/user/1/pets/0"), "404 Not Found");
  EXPECT_EQ(Run("DELETE", "/user/1/pets/9007199254740993"), "404 Not Found");
  EXPECT_EQ(Run("PUT", "/user/7/pets/abc"), "404 Not Found");
  EXPECT_EQ(Run("PUT", "/user/1/pets/abc"), "500 Internal Server Error");
  EXPECT_EQ(Run("PUT", "/user/abc/pets/1"), "500 Internal Server Error");
  EXPECT_EQ(Run("PUT", "/user/0x1/pets/7"), "404 Not Found");
  EXPECT_THAT(
      Run("PUT", "/user/0x1/pets/1"),
      StartsWith(R"(400 {"code":"E_INVALID_TARGET_RECORD_IDS","details":"The provided value is not)"));
  EXPECT_THAT(Run("DELETE", "/user/1/pets/+1"), StartsWith(R"(400 {"code":"E_INVALID_ASSOCIATED_IDS")"));
  EXPECT_EQ(Run("PUT", "/user/1/pets", R"([1,"x"])"), "500 Internal Server Error");
  EXPECT_EQ(Run("PUT", "/user/1/pets?pets=\"x\""), "500 Internal Server Error");
  EXPECT_THAT(Run("PUT", "/pet/1/tags", R"([1,"x"])"),
              StartsWith(R"(400 {"code":"E_INVALID_ASSOCIATED_IDS")"));
  EXPECT_EQ(Run("PUT", "/user/0/pets", R"(["x"])"), "500 Internal Server Error");
  EXPECT_THAT(Run("PUT", "/user/0/pets", "[1]"), StartsWith(R"(400 {"code":"E_INVALID_TARGET_RECORD_IDS")"));
}

TEST_F(RecordActionsTest, WhatIsWrongIsToldThoughNoRecordCanHaveTheKey) {
  EXPECT_EQ(Run("GET", "/tag/1.5/pets?limit=2"), "404 Not Found");
  EXPECT_THAT(Run("GET", "/tag/1.5/pets?nope=1"), StartsWith(R"(400 {"code":"E_INVALID_POPULATES")"));
  EXPECT_EQ(Run("GET", "/tag/1.5?select=label"), "404 Not Found");
  EXPECT_THAT(Run("GET", "/tag/1.5?select=nope"), StartsWith(R"(400 {"code":"E_INVALID_CRITERIA")"));
}

TEST_F(RecordActionsTest, ACollectionIsLimitedToThirtyUnlessNamed) {
  ASSERT_THAT(Run("POST", "/user", R"({"name":"Ann"})"), StartsWith("200"));
  logic_.Query("INSERT INTO pet (name, owner) SELECT 'p' || i, 1 FROM generate_series(1, 33) i");
  const auto children = [](const std::string& json) {
    int count = 0;
    for (size_t at = json.find("\"kind\""); at != std::string::npos; at = json.find("\"kind\"", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(children(Run("GET", "/user/1")), 30);
  EXPECT_EQ(children(Run("GET", "/user")), 30);
  EXPECT_EQ(children(Run("GET", "/user/1?populate=pets")), 33);
  EXPECT_EQ(children(Run("GET", "/user/1/pets")), 30);
  EXPECT_EQ(children(Run("GET", "/user/1/pets?limit=32")), 32);
}

TEST_F(RecordActionsTest, ReadsThatWaitTogetherAreAnsweredEachWithItsOwn) {
  for (int i = 1; i <= 20; ++i) {
    logic_.Query("INSERT INTO \"user\" (name, email) VALUES ('u', 'e" + std::to_string(i) + "')");
  }
  const Model& user = *logic_.schema().Find("user");
  auto query = std::make_shared<sail::logic::Query>(*WholeRecord(user));
  std::atomic<int> answered = 0, missing = 0;
  constexpr int kReads = 400;
  for (int i = 0; i < kReads; ++i) {
    const std::string key = std::to_string(1 + i % 21);  // 21 is not there
    auto one = std::make_shared<sail::logic::Query>(*query);
    absl::StatusOr<Where> where = WhereKeyIs(user, std::string_view(key));
    ASSERT_TRUE(where.ok());
    one->criteria.where = *where;
    logic_.records().FindOne(one, {absl::Now() + absl::Seconds(20), ""},
                             [&, key](absl::StatusOr<ActionResult> found) {
                               if (absl::IsNotFound(found.status())) {
                                 EXPECT_EQ(key, "21");
                                 ++missing;
                               } else {
                                 EXPECT_TRUE(found.ok()) << found.status();
                                 EXPECT_EQ(found->records.Key(found->record), key);
                               }
                               ++answered;
                             });
  }
  const absl::Time start = absl::Now();
  while (answered < kReads && absl::Now() - start < absl::Seconds(20)) std::this_thread::yield();
  EXPECT_EQ(answered, kReads);
  EXPECT_EQ(missing, kReads / 21);
}

TEST_F(RecordActionsTest, ParallelAddsOfOneChildMakeOneJoinRow) {
  Run("POST", "/pet", R"({"name":"Rex"})");
  Run("POST", "/tag", R"({"label":"cute"})");
  std::vector<std::future<std::string>> adds;
  for (int i = 0; i < 16; ++i) {
    adds.push_back(std::async(std::launch::async, [this] { return Run("PUT", "/pet/1/tags/1"); }));
  }
  for (auto& add : adds) EXPECT_THAT(add.get(), StartsWith("200"));
  EXPECT_EQ(logic_.Query("SELECT count(*) FROM pet_tags__tag_pets"), "1");
}

TEST_F(RecordActionsTest, ParallelUpdatesTellOneStoryInTheirOrder) {
  Run("POST", "/user", R"({"name":"Ann","age":0})");
  logic_.TakeEvents();
  std::vector<std::future<std::string>> updates;
  for (int i = 1; i <= 24; ++i) {
    updates.push_back(std::async(std::launch::async, [this, i] {
      return Run("PATCH", "/user/1", "{\"age\":" + std::to_string(i) + "}");
    }));
  }
  for (auto& update : updates) EXPECT_THAT(update.get(), StartsWith("200"));
  // What each event says was before is what the one before it said is now.
  std::string age = "\"age\":0}";
  for (const pubsub::v1::PublishRequest& request : logic_.TakeEvents()) {
    const std::string& event = request.operations(0).broadcast().data_json();
    EXPECT_THAT(event, HasSubstr(age + "}]"));
    const size_t at = event.find("\"data\":{") + 8;
    age = event.substr(at, event.find(',', at) - at) + "}";
  }
}

TEST_F(RecordActionsTest, DestroyLetsGoOfChildrenAndJoinRowsOfBothSides) {
  Run("POST", "/tag", R"({"label":"cute"})");
  Run("POST", "/pet", R"({"name":"Rex","tags":[1]})");
  Run("POST", "/doc", R"({"id":"d","title":"T","related":[1]})");
  Run("POST", "/user", R"({"name":"Ann","pets":[1]})");
  EXPECT_THAT(Run("DELETE", "/user/1"), StartsWith("200"));
  EXPECT_EQ(logic_.Query("SELECT count(*) FROM pet WHERE owner IS NULL"), "1");
  EXPECT_THAT(Run("DELETE", "/tag/1"), StartsWith("200"));
  EXPECT_EQ(logic_.Query("SELECT (SELECT count(*) FROM pet_tags__tag_pets) + (SELECT count(*) FROM "
                         "doc_related__tag_related_tag)"),
            "0");
}

TEST_F(RecordActionsTest, RemovingWhatIsNotThereTellsNobody) {
  Run("POST", "/user", R"({"name":"Ann"})");
  Run("POST", "/pet", R"({"name":"Rex"})");
  logic_.TakeEvents();
  EXPECT_THAT(Run("DELETE", "/user/1/pets/1"), StartsWith("200"));
  EXPECT_TRUE(logic_.TakeEvents().empty());
}

TEST_F(RecordActionsTest, KeysThatAColumnCannotHoldAreNotFound) {
  EXPECT_EQ(Run("GET", "/user/99999999999"), "404 Not Found");
  EXPECT_EQ(Run("PATCH", "/user/99999999999", R"({"age":1})"), "404 Not Found");
  EXPECT_EQ(Run("DELETE", "/user/99999999999"), "404 Not Found");
  Run("POST", "/user", R"({"name":"Ann"})");
  EXPECT_EQ(Run("PUT", "/user/1/pets/99999999999"), "404 Not Found");
  EXPECT_THAT(Run("PUT", "/user/1/pets", "[99999999999]"), StartsWith("200"));
  EXPECT_EQ(Run("PUT", "/user/77/pets", "[1]"), "404 Not Found");
}

TEST_F(RecordActionsTest, JsonAndTimestampColumnsComeBackAsSent) {
  EXPECT_THAT(
      Run("POST", "/thing", R"({"j":{"b":[1, 2.50,null],"a":"x y"},"ts":"2020-01-01T01:00:00+01:00"})"),
      testing::AllOf(HasSubstr(R"("j":{"b":[1,2.5,null],"a":"x y"},"ts":"2020-01-01T00:00:00.000Z")"),
                     testing::Not(HasSubstr("hidden"))));
  // Another program may have written with spaces.
  logic_.Query("UPDATE thing SET j = '{ \"a b\" : [ 1 , \"c \\\" d\" ] }', n = 1e21");
  EXPECT_THAT(Run("GET", "/thing/1"),
              testing::AllOf(HasSubstr(R"("j":{"a b":[1,"c \" d"]})"), HasSubstr("\"n\":1e+21")));
}

}  // namespace
}  // namespace sail::logic
