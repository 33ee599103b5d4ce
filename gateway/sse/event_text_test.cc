#include "gateway/sse/event_text.h"

#include "gtest/gtest.h"

namespace sail::gateway::sse {
namespace {

TEST(EventTextTest, HasIdNameAndData) {
  EXPECT_EQ(FormatEvent("7", "user", "{\"id\":1}"), "id: 7\nevent: user\ndata: {\"id\":1}\n\n");
  EXPECT_EQ(FormatEvent("", "", ""), "data: \n\n");
}

TEST(EventTextTest, LineBreaksCannotEndAnEvent) {
  EXPECT_EQ(FormatEvent("1\n2", "a\r\nb", "x\ny\r\nz\rw\n"),
            "id: 1 2\nevent: a  b\ndata: x\ndata: y\ndata: z\ndata: w\ndata: \n\n");
}

TEST(EventTextTest, ASocketEventsOneArgumentIsTheData) {
  EXPECT_EQ(FormatSocketEvent("", R"(42["user",{"verb":"created"}])"),
            "event: user\ndata: {\"verb\":\"created\"}\n\n");
  EXPECT_EQ(FormatSocketEvent("9", R"(42["a\nb","x"])"), "id: 9\nevent: a b\ndata: \"x\"\n\n");
  EXPECT_EQ(FormatSocketEvent("", R"(42[7,true])"), "event: 7\ndata: true\n\n");
}

TEST(EventTextTest, OtherNumbersOfArgumentsAreAnArray) {
  EXPECT_EQ(FormatSocketEvent("", R"(42["none"])"), "event: none\ndata: []\n\n");
  EXPECT_EQ(FormatSocketEvent("", R"(42["two",1,[2]])"), "event: two\ndata: [1,[2]]\n\n");
}

TEST(EventTextTest, OtherPacketsAreNoEvents) {
  for (const char* packet : {"", "2", "40", "431[1]", "451-[\"b\",{\"_placeholder\":true,\"num\":0}]",
                             "42/adm,[\"e\"]", "42[", "42[]", "4212[\"acked\"]"}) {
    EXPECT_EQ(FormatSocketEvent("", packet), std::nullopt) << packet;
  }
}

}  // namespace
}  // namespace sail::gateway::sse
