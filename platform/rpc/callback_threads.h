// Keeps gRPC's callback threads for the life of the process.
#ifndef SAIL_PLATFORM_RPC_CALLBACK_THREADS_H_
#define SAIL_PLATFORM_RPC_CALLBACK_THREADS_H_

namespace sail::platform::rpc {

// gRPC 1.51 ends the threads that run callbacks when their last user (a channel or a server) goes, and a race
// in it can then abort the process ("assertion failed: prior > 0" in grpc_cq_internal_unref). One channel
// that is never destroyed keeps them in use. Idempotent, thread-safe; MakeChannel and Server call it.
void KeepCallbackThreads();

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_CALLBACK_THREADS_H_
