// A real 3+3 cluster of valkey 8.0.1 on loopback, ports renumbered to 7000-7005, unread fields left out.

enum Valkey80 {
  /// `INFO` of the primary on 7000.
  static let primaryInfo = """
    # Server
    redis_version:7.2.4
    server_name:valkey
    valkey_version:8.0.1
    redis_build_id:39f7c371e0a96e3d
    server_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:10690
    process_supervised:no
    run_id:be941acaa3c178e0b8edcc5d1f379960313753f0
    tcp_port:7000
    uptime_in_seconds:6
    executable:/usr/bin/valkey-server
    config_file:/etc/redis/7000/redis.conf
    io_threads_active:0
    listener0:name=tcp,bind=127.0.0.1,port=7000

    # Clients
    connected_clients:1
    blocked_clients:0

    # Memory
    used_memory:3019744
    used_memory_rss:14405632
    total_system_memory:25276502016
    number_of_functions:0
    number_of_libraries:0
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    async_loading:0
    rdb_changes_since_last_save:13
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217615
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:0
    rdb_current_bgsave_time_sec:-1
    rdb_saves:0
    rdb_last_cow_size:430080
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:-1
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_rewrites:0
    aof_rewrites_consecutive_failures:0
    aof_last_write_status:ok
    aof_last_cow_size:0
    module_fork_in_progress:0
    aof_current_size:772
    aof_base_size:0

    # Stats
    total_connections_received:234
    total_commands_processed:60
    instantaneous_ops_per_sec:7
    sync_full:1
    sync_partial_ok:0
    sync_partial_err:0
    unexpected_error_replies:0
    total_error_replies:187

    # Replication
    role:master
    connected_slaves:1
    slave0:ip=127.0.0.1,port=7005,state=online,offset=772,lag=0,type=replica
    replicas_waiting_psync:0
    master_failover_state:no-failover
    master_replid:754c321505cf51bc42b889d6845c2832d2bd4ba3
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:772
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:10485760
    repl_backlog_first_byte_offset:1
    repl_backlog_histlen:772

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=13,expires=2,avg_ttl=4999266
    """

  /// `INFO` of a replica, on 7003.
  static let replicaInfo = """
    # Server
    redis_version:7.2.4
    server_name:valkey
    valkey_version:8.0.1
    redis_build_id:39f7c371e0a96e3d
    server_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:10693
    process_supervised:no
    run_id:e889af10ceaa7411fbcf27abf773b7ee1f119f64
    tcp_port:7003
    uptime_in_seconds:7
    executable:/usr/bin/valkey-server
    config_file:/etc/redis/7003/redis.conf
    io_threads_active:0
    listener0:name=tcp,bind=127.0.0.1,port=7003

    # Clients
    connected_clients:2
    blocked_clients:0

    # Memory
    used_memory:2949416
    used_memory_rss:14495744
    total_system_memory:25276502016
    number_of_functions:0
    number_of_libraries:0
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    async_loading:0
    rdb_changes_since_last_save:0
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217615
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:-1
    rdb_current_bgsave_time_sec:-1
    rdb_saves:0
    rdb_last_cow_size:0
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:0
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_rewrites:1
    aof_rewrites_consecutive_failures:0
    aof_last_write_status:ok
    aof_last_cow_size:323584
    module_fork_in_progress:0
    aof_current_size:813
    aof_base_size:813

    # Stats
    total_connections_received:34
    total_commands_processed:42
    instantaneous_ops_per_sec:6
    sync_full:0
    sync_partial_ok:0
    sync_partial_err:0
    unexpected_error_replies:0
    total_error_replies:1

    # Replication
    role:slave
    master_host:127.0.0.1
    master_port:7001
    master_link_status:up
    master_last_io_seconds_ago:1
    master_sync_in_progress:0
    slave_read_repl_offset:825
    slave_repl_offset:825
    replicas_repl_buffer_size:0
    replicas_repl_buffer_peak:0
    slave_priority:100
    slave_read_only:1
    replica_announced:1
    connected_slaves:0
    replicas_waiting_psync:0
    master_failover_state:no-failover
    master_replid:e2a24dd397cf2f5b917f8015ff0687d4b8f3751c
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:825
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:10485760
    repl_backlog_first_byte_offset:826
    repl_backlog_histlen:0

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=14,expires=2,avg_ttl=0
    """

  /// `CLUSTER INFO` of 7000.
  static let clusterInfo = """
    cluster_state:ok
    cluster_slots_assigned:16384
    cluster_slots_ok:16384
    cluster_slots_pfail:0
    cluster_slots_fail:0
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:1
    total_cluster_links_buffer_limit_exceeded:0
    """

  /// `CLUSTER NODES` of 7000.
  static let clusterNodes = """
    cb2cc7a1e8c24351f703cca1b9f729e3418c00b4 127.0.0.1:7003@17003 slave 7364ce340df97d9ce0772393dfa84f3be6fa4fc8 0 1795217621063 2 connected
    7364ce340df97d9ce0772393dfa84f3be6fa4fc8 127.0.0.1:7001@17001 master - 0 1795217621566 2 connected 5461-10922
    52deb7c8831dc346ab7f91c113fd561595d3ca9b 127.0.0.1:7002@17002 master - 0 1795217621063 3 connected 10923-16383
    7371081d8c05e7f65b9f7762c5a9be2ee71c2572 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460
    1d027340f6f075a7c3fdcd4c1b3b2adc83e0bd2b 127.0.0.1:7005@17005 slave 7371081d8c05e7f65b9f7762c5a9be2ee71c2572 0 1795217621063 1 connected
    48261fd35030c6dd12bbabd2be17722c4d88c102 127.0.0.1:7004@17004 slave 52deb7c8831dc346ab7f91c113fd561595d3ca9b 0 1795217621063 3 connected
    """

  /// `CLUSTER NODES` of 7000 while slot 100 leaves it.
  static let openSlotFrom = """
    cb2cc7a1e8c24351f703cca1b9f729e3418c00b4 127.0.0.1:7003@17003 slave 7364ce340df97d9ce0772393dfa84f3be6fa4fc8 0 1795217622072 2 connected
    7364ce340df97d9ce0772393dfa84f3be6fa4fc8 127.0.0.1:7001@17001 master - 0 1795217621566 2 connected 5461-10922
    52deb7c8831dc346ab7f91c113fd561595d3ca9b 127.0.0.1:7002@17002 master - 0 1795217622072 3 connected 10923-16383
    7371081d8c05e7f65b9f7762c5a9be2ee71c2572 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [100->-7364ce340df97d9ce0772393dfa84f3be6fa4fc8]
    1d027340f6f075a7c3fdcd4c1b3b2adc83e0bd2b 127.0.0.1:7005@17005 slave 7371081d8c05e7f65b9f7762c5a9be2ee71c2572 0 1795217622072 1 connected
    48261fd35030c6dd12bbabd2be17722c4d88c102 127.0.0.1:7004@17004 slave 52deb7c8831dc346ab7f91c113fd561595d3ca9b 0 1795217622072 3 connected
    """

  /// `CLUSTER NODES` of 7001 while slot 100 comes to it.
  static let openSlotTo = """
    cb2cc7a1e8c24351f703cca1b9f729e3418c00b4 127.0.0.1:7003@17003 slave 7364ce340df97d9ce0772393dfa84f3be6fa4fc8 0 1795217621566 2 connected
    52deb7c8831dc346ab7f91c113fd561595d3ca9b 127.0.0.1:7002@17002 master - 0 1795217622075 3 connected 10923-16383
    7371081d8c05e7f65b9f7762c5a9be2ee71c2572 127.0.0.1:7000@17000 master - 0 1795217621566 1 connected 0-5460
    48261fd35030c6dd12bbabd2be17722c4d88c102 127.0.0.1:7004@17004 slave 52deb7c8831dc346ab7f91c113fd561595d3ca9b 0 1795217622076 3 connected
    7364ce340df97d9ce0772393dfa84f3be6fa4fc8 127.0.0.1:7001@17001 myself,master - 0 0 2 connected 5461-10922 [100-<-7371081d8c05e7f65b9f7762c5a9be2ee71c2572]
    1d027340f6f075a7c3fdcd4c1b3b2adc83e0bd2b 127.0.0.1:7005@17005 slave 7371081d8c05e7f65b9f7762c5a9be2ee71c2572 0 1795217622076 1 connected
    """

  /// `CLUSTER NODES` of 7000 after the replica on 7005 was killed.
  static let replicaDown = """
    cb2cc7a1e8c24351f703cca1b9f729e3418c00b4 127.0.0.1:7003@17003 slave 7364ce340df97d9ce0772393dfa84f3be6fa4fc8 0 1795217625098 2 connected
    7364ce340df97d9ce0772393dfa84f3be6fa4fc8 127.0.0.1:7001@17001 master - 1795217625601 1795217624594 2 connected 5461-10922
    52deb7c8831dc346ab7f91c113fd561595d3ca9b 127.0.0.1:7002@17002 master - 0 1795217625098 3 connected 10923-16383
    7371081d8c05e7f65b9f7762c5a9be2ee71c2572 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460
    1d027340f6f075a7c3fdcd4c1b3b2adc83e0bd2b 127.0.0.1:7005@17005 slave,fail 7371081d8c05e7f65b9f7762c5a9be2ee71c2572 1795217622576 1795217622072 1 disconnected
    48261fd35030c6dd12bbabd2be17722c4d88c102 127.0.0.1:7004@17004 slave 52deb7c8831dc346ab7f91c113fd561595d3ca9b 0 1795217625000 3 connected
    """

  /// `CLUSTER NODES` of a primary after another and its only replica were killed.
  static let primaryDown = """
    cb2cc7a1e8c24351f703cca1b9f729e3418c00b4 127.0.0.1:7003@17003 slave 7364ce340df97d9ce0772393dfa84f3be6fa4fc8 0 1795217629027 2 connected
    52deb7c8831dc346ab7f91c113fd561595d3ca9b 127.0.0.1:7002@17002 master - 0 1795217628626 3 connected 10923-16383
    7371081d8c05e7f65b9f7762c5a9be2ee71c2572 127.0.0.1:7000@17000 master,fail - 1795217626606 1795217625598 1 disconnected 0-5460
    48261fd35030c6dd12bbabd2be17722c4d88c102 127.0.0.1:7004@17004 slave 52deb7c8831dc346ab7f91c113fd561595d3ca9b 0 1795217628626 3 connected
    7364ce340df97d9ce0772393dfa84f3be6fa4fc8 127.0.0.1:7001@17001 myself,master - 0 0 2 connected 5461-10922
    1d027340f6f075a7c3fdcd4c1b3b2adc83e0bd2b 127.0.0.1:7005@17005 slave,fail 7371081d8c05e7f65b9f7762c5a9be2ee71c2572 1795217623080 1795217622076 1 disconnected
    """

  /// `CLUSTER INFO` of the same moment.
  static let primaryDownInfo = """
    cluster_state:fail
    cluster_slots_assigned:16384
    cluster_slots_ok:10923
    cluster_slots_pfail:0
    cluster_slots_fail:5461
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:2
    total_cluster_links_buffer_limit_exceeded:0
    """

  /// `CLIENT LIST` of 7000, without its counters.
  static let clients = """
    id=6 addr=127.0.0.1:48510 laddr=127.0.0.1:7000 fd=23 name= age=5 idle=0 flags=S db=0 cmd=replconf user=default resp=2 lib-name= lib-ver=
    id=244 addr=127.0.0.1:50762 laddr=127.0.0.1:7000 fd=12 name= age=0 idle=0 flags=N db=0 cmd=client|list user=default resp=2 lib-name= lib-ver=
    """
}
