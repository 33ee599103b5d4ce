// What four socket clients of the reference got while they and others read and changed records: which rooms a
// socket is in after each request, which events reach it, in which order, with which text. Here the sockets
// are sets of rooms, and the gateway's part is played by the test.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "services/logic/testing/logic_fixture.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr char kFile[] = "services/logic/testdata/recorded_pubsub.jsonl";

// As the recording has it: timestamps hidden, children by id.
json::value Normalised(json::value value) {
  if (json::array* array = value.if_array()) {
    for (json::value& element : *array) element = Normalised(std::move(element));
  }
  json::object* object = value.if_object();
  if (object == nullptr) return value;
  for (auto& member : *object) {
    json::value& inner = member.value();
    inner = Normalised(std::move(inner));
    const bool timestamp = member.key() == "createdAt" || member.key() == "updatedAt";
    if (timestamp && inner.is_int64() && inner.as_int64() > 1500000000000) inner = "{{ts}}";
    if (inner.is_array() && (member.key() == "pets" || member.key() == "tags")) {
      std::sort(inner.as_array().begin(), inner.as_array().end(),
                [](const json::value& a, const json::value& b) {
                  return a.at("id").as_int64() < b.at("id").as_int64();
                });
    }
  }
  return value;
}

class Sockets {
 public:
  Sockets() {
    for (const std::string name : {"A", "B", "C", "D"}) rooms_[name] = {"$id:" + name};
  }

  const std::set<std::string>& RoomsOf(const std::string& socket) const { return rooms_.at(socket); }

  void Apply(const std::string& actor, const action::v1::RoomOperation& operation) {
    for (const std::string& room : operation.join().rooms()) rooms_.at(actor).insert(room);
    for (const std::string& room : operation.leave().rooms()) rooms_.at(actor).erase(room);
  }

  void Apply(const pubsub::v1::Operation& operation, json::object* events) {
    for (auto& [name, rooms] : rooms_) {
      if (operation.has_broadcast()) {
        const pubsub::v1::Broadcast& broadcast = operation.broadcast();
        if (InOneOf(rooms, broadcast.rooms()) && !InOneOf(rooms, broadcast.except_rooms())) {
          json::value& got = (*events)[name];
          if (!got.is_array()) got = json::array();
          got.as_array().push_back(Normalised(json::parse(broadcast.data_json())));
        }
      } else if (operation.has_add_members() && InOneOf(rooms, operation.add_members().source_rooms())) {
        for (const std::string& room : operation.add_members().target_rooms()) rooms.insert(room);
      } else if (operation.has_remove_members() &&
                 InOneOf(rooms, operation.remove_members().source_rooms())) {
        for (const std::string& room : operation.remove_members().target_rooms()) rooms.erase(room);
      }
    }
  }

 private:
  static bool InOneOf(const std::set<std::string>& rooms, const auto& some) {
    return std::any_of(some.begin(), some.end(),
                       [&](const std::string& room) { return rooms.contains(room); });
  }

  std::map<std::string, std::set<std::string>> rooms_;
};

TEST(RecordedPubsubTest, EverySocketGetsWhatItGotFromTheReference) {
  platform::postgres::PostgresServer server;
  LogicFixture logic(server);
  Sockets sockets;
  std::ifstream file(kFile);
  int steps = 0;
  for (std::string line; std::getline(file, line); ++steps) {
    const json::object step = json::parse(line).as_object();
    SCOPED_TRACE(std::string(step.at("id").as_string()));
    const std::string actor(step.at("actor").as_string());
    const bool is_socket = !actor.starts_with("http");
    const json::object& reply = step.at("reply").as_object();
    if (step.at("url") == "/room/rooms") {
      json::array rooms;
      for (const std::string& room : sockets.RoomsOf(actor)) rooms.emplace_back(room);
      EXPECT_EQ(json::serialize(rooms), json::serialize(reply.at("body").at("rooms")));
      continue;
    }
    std::string method(step.at("method").as_string());
    std::transform(method.begin(), method.end(), method.begin(), ::toupper);
    const std::string body = step.contains("data") ? json::serialize(step.at("data")) : "";
    const action::v1::ActionResponse response =
        logic.Run(method, std::string(step.at("url").as_string()), body, is_socket ? "$id:" + actor : "");
    EXPECT_EQ(response.status(), reply.at("statusCode").as_int64());
    const json::value answer = response.body_type() == action::v1::BODY_TYPE_JSON
                                   ? Normalised(json::parse(response.body()))
                                   : json::value(response.body());
    EXPECT_EQ(json::serialize(answer), json::serialize(reply.at("body")));
    EXPECT_TRUE(is_socket || response.room_operations().empty());
    for (const action::v1::RoomOperation& operation : response.room_operations())
      sockets.Apply(actor, operation);
    json::object events;
    for (const pubsub::v1::PublishRequest& request : logic.TakeEvents()) {
      for (const pubsub::v1::Operation& operation : request.operations()) sockets.Apply(operation, &events);
    }
    for (const std::string socket : {"A", "B", "C", "D"}) {
      const json::object& recorded = step.at("events").as_object();
      EXPECT_EQ(events.contains(socket) ? json::serialize(events.at(socket)) : "[]",
                recorded.contains(socket) ? json::serialize(recorded.at(socket)) : "[]")
          << "to " << socket;
    }
  }
  EXPECT_EQ(steps, 55);
}

}  // namespace
}  // namespace sail::logic
