#include "services/logic/events/change_events.h"

#include <gtest/gtest.h>

#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/logic/events/rooms.h"
#include "services/logic/model/schema_loader.h"

namespace sail::logic {
namespace {

class ChangeEventsTest : public testing::Test {
 protected:
  ChangeEventsTest() {
    absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
    EXPECT_TRUE(schema.ok()) << schema.status();
    schema_ = *std::move(schema);
  }

  static pubsub::v1::PublishRequest Parsed(const ChangeEvents& events) {
    pubsub::v1::PublishRequest request;
    EXPECT_TRUE(request.ParseFromString(events.Serialized()));
    return request;
  }

  Schema schema_;
};

TEST_F(ChangeEventsTest, NumberKeysAreBareAndTextKeysQuoted) {
  const Model& user = *schema_.Find("user");
  const Model& doc = *schema_.Find("doc");
  ChangeEvents events("");
  events.AddedTo(*user.Find("pets"), "1", "4");
  events.RemovedFrom(*doc.Find("related"), "d\"1", "2");
  const pubsub::v1::PublishRequest request = Parsed(events);
  EXPECT_EQ(request.operations(0).broadcast().data_json(),
            R"(["user",{"id":1,"verb":"addedTo","attribute":"pets","addedId":4}])");
  EXPECT_EQ(request.operations(0).broadcast().rooms(0), "sails_model_user_1:user");
  EXPECT_EQ(request.operations(1).broadcast().data_json(),
            R"(["doc",{"id":"d\"1","verb":"removedFrom","attribute":"related","removedId":2}])");
}

TEST_F(ChangeEventsTest, TheOriginIsLeftOutOfEveryMessage) {
  ChangeEvents events("socket1");
  events.Destroyed(*schema_.Find("user"), "1", "{}");
  const pubsub::v1::PublishRequest request = Parsed(events);
  ASSERT_EQ(request.operations_size(), 2);
  EXPECT_EQ(request.operations(0).broadcast().except_rooms(0), "socket1");
  EXPECT_EQ(request.operations(1).remove_members().source_rooms(0), ClassRoom(*schema_.Find("user")));
  EXPECT_EQ(request.operations(1).remove_members().target_rooms(0), RecordRoom(*schema_.Find("user"), "1"));
}

TEST_F(ChangeEventsTest, UpdatedHasTheChangesThenTheKeyThenTheTime) {
  ChangeEvents events("");
  events.Updated(*schema_.Find("user"), "5", R"("age":50)", R"("updatedAt":9)", R"({"id":5})");
  events.Updated(*schema_.Find("user"), "5", "", "", R"({"id":5})");
  const pubsub::v1::PublishRequest request = Parsed(events);
  EXPECT_EQ(
      request.operations(0).broadcast().data_json(),
      R"(["user",{"verb":"updated","data":{"age":50,"id":5,"updatedAt":9},"id":5,"previous":{"id":5}}])");
  EXPECT_EQ(request.operations(1).broadcast().data_json(),
            R"(["user",{"verb":"updated","data":{"id":5},"id":5,"previous":{"id":5}}])");
}

TEST_F(ChangeEventsTest, AMovedChildHasNeitherTimeNorPrevious) {
  ChangeEvents events("");
  events.Moved(*schema_.Find("pet")->Find("owner"), "3", std::nullopt);
  EXPECT_EQ(Parsed(events).operations(0).broadcast().data_json(),
            R"(["pet",{"verb":"updated","data":{"owner":null},"id":3}])");
}

}  // namespace
}  // namespace sail::logic
