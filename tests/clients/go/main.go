// Driver of franz-go; the commands are those of ../python/driver.py.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const limit = 60 * time.Second

type record struct {
	Key   *string `json:"key"`
	Value string  `json:"value"`
}

type arguments struct {
	Topic       string
	Partitions  int32
	Replication int16
	Records     []record
	Acks        string
	Idempotent  bool
	Codec       string
	Count       int
	Group       *string
	Partition   int32
	At          any
}

func main() {
	bootstrap, command := os.Args[1], os.Args[2]
	var args arguments
	check(json.Unmarshal([]byte(os.Args[3]), &args))
	commands := map[string]func(context.Context, []string, arguments) error{
		"create": create, "delete": remove, "produce": produce, "consume": consume, "offset": offset, "join": join,
	}
	ctx := context.Background()
	if command != "join" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	check(commands[command](ctx, strings.Split(bootstrap, ","), args))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(fields map[string]any) {
	line, err := json.Marshal(fields)
	check(err)
	fmt.Println(string(line))
}

func admin(seeds []string) (*kadm.Client, error) {
	return kadm.NewOptClient(kgo.SeedBrokers(seeds...))
}

func create(ctx context.Context, seeds []string, args arguments) error {
	client, err := admin(seeds)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.CreateTopic(ctx, args.Partitions, args.Replication, nil, args.Topic)
	return err
}

func remove(ctx context.Context, seeds []string, args arguments) error {
	client, err := admin(seeds)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = client.DeleteTopic(ctx, args.Topic)
	return err
}

func produce(ctx context.Context, seeds []string, args arguments) error {
	acks := map[string]kgo.Acks{"0": kgo.NoAck(), "1": kgo.LeaderAck(), "all": kgo.AllISRAcks()}
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	options := []kgo.Opt{
		kgo.SeedBrokers(seeds...), kgo.RequiredAcks(acks[args.Acks]), kgo.ProducerBatchCompression(codecs[args.Codec]),
	}
	if !args.Idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	var records []*kgo.Record
	for _, given := range args.Records {
		one := &kgo.Record{Topic: args.Topic, Value: []byte(given.Value)}
		if given.Key != nil {
			one.Key = []byte(*given.Key)
		}
		records = append(records, one)
	}
	return client.ProduceSync(ctx, records...).FirstErr()
}

func consume(ctx context.Context, seeds []string, args arguments) error {
	options := []kgo.Opt{
		kgo.SeedBrokers(seeds...), kgo.ConsumeTopics(args.Topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	if args.Group != nil {
		options = append(options, kgo.ConsumerGroup(*args.Group), kgo.DisableAutoCommit())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	for got := 0; got < args.Count; {
		fetches := client.PollRecords(ctx, args.Count-got)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("only %d of %d records: %w", got, args.Count, err)
		}
		records := fetches.Records()
		for _, one := range records {
			var key any
			if one.Key != nil {
				key = string(one.Key)
			}
			say(map[string]any{"partition": one.Partition, "offset": one.Offset, "key": key, "value": string(one.Value)})
		}
		got += len(records)
		if args.Group != nil {
			if err := client.CommitRecords(ctx, records...); err != nil {
				return err
			}
		}
	}
	return nil
}

func offset(ctx context.Context, seeds []string, args arguments) error {
	client, err := admin(seeds)
	if err != nil {
		return err
	}
	defer client.Close()
	var listed kadm.ListedOffsets
	switch at := args.At.(type) {
	case float64:
		listed, err = client.ListOffsetsAfterMilli(ctx, int64(at), args.Topic)
	case string:
		if at == "earliest" {
			listed, err = client.ListStartOffsets(ctx, args.Topic)
		} else {
			listed, err = client.ListEndOffsets(ctx, args.Topic)
		}
	}
	if err != nil {
		return err
	}
	if err := listed.Error(); err != nil {
		return err
	}
	found, _ := listed.Lookup(args.Topic, args.Partition)
	say(map[string]any{"offset": found.Offset})
	return nil
}

func join(ctx context.Context, seeds []string, args arguments) error {
	// A cooperative assignor tells only what is new: this one tells all, each time.
	client, err := kgo.NewClient(
		kgo.SeedBrokers(seeds...), kgo.ConsumeTopics(args.Topic), kgo.ConsumerGroup(*args.Group),
		kgo.Balancers(kgo.RangeBalancer()),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, assigned map[string][]int32) {
			partitions := assigned[args.Topic]
			if partitions == nil {
				partitions = []int32{}
			}
			say(map[string]any{"assigned": partitions})
		}),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.ReadAll(os.Stdin)
		cancel()
	}()
	for ctx.Err() == nil {
		client.PollFetches(ctx)
	}
	return nil
}
