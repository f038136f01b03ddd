// Command clientgo is the baseline of Pilothouse's benchmarks: informers of client-go that build the same rows.
//
// It prints one line of JSON when every informer has synced. After that each line that it reads on standard input is
// answered by one: "live" gives the latencies of the changes since the last, in milliseconds, and how many there were;
// "rows" gives uid and resource version of every pod that it knows. It ends with its input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var watched = []schema.GroupVersionResource{
	{Version: "v1", Resource: "pods"},
	{Version: "v1", Resource: "nodes"},
	{Version: "v1", Resource: "namespaces"},
	{Version: "v1", Resource: "events"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "replicasets"},
}

// rows are the rows of all pods, and how late those came that changed after the first list.
type rows struct {
	sync.Mutex
	synced bool
	byUID  map[string]row
	late   []float64
}

func (all *rows) put(given any) {
	made, ok := rowOfAny(given)
	if !ok {
		log.Fatalf("%T is no pod", given)
	}
	all.Lock()
	defer all.Unlock()
	all.byUID[made.uid] = made
	all.note(made)
}

func (all *rows) remove(given any) {
	if unknown, ok := given.(cache.DeletedFinalStateUnknown); ok {
		given = unknown.Obj
	}
	made, _ := rowOfAny(given)
	all.Lock()
	defer all.Unlock()
	delete(all.byUID, made.uid)
	all.note(made)
}

func (all *rows) note(made row) {
	if all.synced {
		all.late = append(all.late, float64(time.Now().UnixMicro())/1000-made.born*1000)
	}
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path")
	isDynamic := flag.Bool("dynamic", false, "unstructured objects, as dashboards read kinds that they do not know")
	flag.Parse()
	began := time.Now()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.ContentType, config.AcceptContentTypes = "application/json", "application/json"
	config.QPS, config.Burst = 1000, 1000
	all := &rows{byUID: map[string]row{}}
	pods, others := start(context.Background(), config, *isDynamic, all)
	if !cache.WaitForCacheSync(context.Background().Done(), pods) {
		log.Fatal("pods never synced")
	}
	podsAfter := time.Since(began)
	cache.WaitForCacheSync(context.Background().Done(), others...)
	all.Lock()
	all.synced = true
	count := len(all.byUID)
	all.Unlock()
	answer(map[string]any{"seconds": podsAfter.Seconds(), "pods": count, "megabytes": peak()})
	serve(all)
}

// start begins to watch all kinds; it returns what tells whether the pods, and each of the others, have synced.
func start(ctx context.Context, config *rest.Config, isDynamic bool, all *rows) (cache.InformerSynced, []cache.InformerSynced) {
	informer := typed(config)
	if isDynamic {
		factory := dynamicinformer.NewDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0)
		informer = func(kind schema.GroupVersionResource) cache.SharedIndexInformer {
			return factory.ForResource(kind).Informer()
		}
	}
	var synced []cache.InformerSynced
	for position, kind := range watched {
		one := informer(kind)
		handler := cache.ResourceEventHandlerFuncs{AddFunc: func(any) {}}
		if position == 0 {
			handler = cache.ResourceEventHandlerFuncs{
				AddFunc:    all.put,
				UpdateFunc: func(_, now any) { all.put(now) },
				DeleteFunc: all.remove,
			}
		}
		registered, err := one.AddEventHandler(handler)
		if err != nil {
			log.Fatal(err)
		}
		synced = append(synced, registered.HasSynced)
		go one.RunWithContext(ctx)
	}
	return synced[0], synced[1:]
}

func typed(config *rest.Config) func(schema.GroupVersionResource) cache.SharedIndexInformer {
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	return func(kind schema.GroupVersionResource) cache.SharedIndexInformer {
		generic, err := factory.ForResource(kind)
		if err != nil {
			log.Fatal(err)
		}
		return generic.Informer()
	}
}

func serve(all *rows) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		all.Lock()
		switch lines.Text() {
		case "live":
			late := all.late
			all.late = nil
			slices.Sort(late)
			answer(map[string]any{"changes": len(late), "p50": at(late, 0.5), "p99": at(late, 0.99), "worst": at(late, 1), "megabytes": peak()})
		case "rows":
			versions := make(map[string]string, len(all.byUID))
			for uid, made := range all.byUID {
				versions[uid] = made.resourceVersion
			}
			answer(versions)
		}
		all.Unlock()
	}
}

func at(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(share*float64(len(sorted)-1))]
}

// peak is the largest resident set so far, in MB.
func peak() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return float64(usage.Maxrss) * 1.024 / 1000
}

func answer(what any) {
	encoded, err := json.Marshal(what)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(encoded))
}
