// Requests for server-sent events.
#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/sails/http_handler_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

class EventsTest : public HttpHandlerTest {
 protected:
  EventsTest() {
    rooms_->Attach({[](std::string_view) { return nullptr; }, nullptr, nullptr});
    HttpHandlerOptions options;
    options.open_event_stream = [this](EventLoop&, const std::string& session_id) {
      return streams_->Open(session_id);
    };
    Start({}, std::move(options));
    app_->service.answer->set_body_type(action::v1::BODY_TYPE_JSON);
    app_->service.answer->set_body("[1]");
  }
  // The streams end before what they use.
  ~EventsTest() override {
    streams_.reset();
    loop_.Run();
  }

  FakePubSubLink link_;
  std::shared_ptr<LoopRooms> rooms_ = std::make_shared<LoopRooms>(loop_, link_);
  std::shared_ptr<SessionConnections> connections_ = std::make_shared<SessionConnections>(loop_);
  std::unique_ptr<sse::EventStreams> streams_ = std::make_unique<sse::EventStreams>(
      loop_, rooms_, connections_, sse::EventStreamsOptions{.max_streams = 1},
      sse::EventStreamCounters(registry_));
};

TEST_F(EventsTest, AnAnswerIsTheFirstEventOfItsStream) {
  HttpResponse response = Ask("GET", "/echo", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Header(response, "content-type"), "text/event-stream");
  EXPECT_TRUE(Header(response, "set-cookie").starts_with("sails.sid="));
  EXPECT_EQ(Seen().socket().id().size(), 20u);
  EXPECT_EQ(Seen().socket().namespace_(), "/");
  ASSERT_NE(response.on_stream, nullptr);
  const auto stream = std::make_shared<ManualByteStream>(&loop_);
  response.on_stream(stream);
  EXPECT_THAT(stream->written,
              ::testing::MatchesRegex("retry: [1-5][0-9]{3}\nevent: response\ndata: .1.\n\n"));
  EXPECT_EQ(Ask("GET", "/echo", {{"Accept", "text/event-stream"}}).status, 503) << "one too many";
}

TEST_F(EventsTest, AStreamEndsWithItsSession) {
  app_->store.sessions["known"];
  const auto stream = std::make_shared<ManualByteStream>(&loop_);
  Ask("GET", "/echo", {{"Accept", "text/event-stream"}, {"Cookie", app_->CookieFor("known")}})
      .on_stream(stream);
  EXPECT_EQ(connections_->EndSessions({"known"}, SessionConnections::Reason::kRevoked), 1u);
  EXPECT_TRUE(stream->closed());
}

TEST_F(EventsTest, AStreamEndsWithTheSessionThatItsAnswerGave) {
  const auto stream = std::make_shared<ManualByteStream>(&loop_);
  Ask("GET", "/echo", {{"Accept", "text/event-stream"}}).on_stream(stream);
  EXPECT_THAT(connections_->SessionIds(), ::testing::ElementsAre("id1"));
  connections_->EndSessions({"id1"}, SessionConnections::Reason::kGone);
  EXPECT_TRUE(stream->closed());
}

TEST_F(EventsTest, AnAnswerThatRefusesIsAnOrdinaryOne) {
  app_->service.answer->set_status(403);
  const HttpResponse response = Ask("GET", "/echo", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "[1]");
  EXPECT_EQ(response.on_stream, nullptr);
  loop_.Run();
  EXPECT_EQ(streams_->size(), 0u);
}

TEST_F(EventsTest, OnlyWhoNamesTheMediaTypeGetsAStream) {
  for (const char* accept : {"*/*", "text/*", "application/json", "text/event-streams"}) {
    EXPECT_EQ(Ask("GET", "/echo", {{"Accept", accept}}).on_stream, nullptr) << accept;
  }
  EXPECT_EQ(Ask("POST", "/echo", {{"Accept", "text/event-stream"}}).on_stream, nullptr);
  EXPECT_NE(Ask("GET", "/echo", {{"Accept", "text/html, Text/Event-Stream;q=0.9"}}).on_stream, nullptr);
}

}  // namespace
}  // namespace sail::gateway
