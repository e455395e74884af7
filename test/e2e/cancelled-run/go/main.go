// See ../README.md. Unlike the others it has a control connection, and is told at once.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	port     = os.Getenv("PORT")
	wid      = os.Getenv("WID")
	queue    = os.Getenv("QUEUE")
	count, _ = strconv.Atoi(os.Getenv("COUNT"))
)

type job struct {
	Jid    string `json:"jid"`
	Lease  int64  `json:"lease"`
	Reason string `json:"reason,omitempty"`
}

type message struct {
	Cancel []job `json:"cancel"`
}

type worker struct {
	sync.Mutex
	working   map[string]int64
	told      map[string]bool
	finishing bool
}

func say(members map[string]any) {
	members["at"] = time.Now().UnixMilli()
	line, _ := json.Marshal(members)
	fmt.Println(string(line))
}

// connection is made anew for as long as it takes.
type connection struct {
	stream net.Conn
	reader *bufio.Reader
}

func (c *connection) connect() error {
	stream, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	c.stream, c.reader = stream, bufio.NewReader(stream)
	if _, err = c.read(); err != nil {
		return err
	}
	hello := map[string]any{"v": 2, "wid": wid, "ext": []string{"lease"}, "lease_for": 5}
	text, _ := json.Marshal(hello)
	_, err = c.ask("HELLO " + string(text))
	return err
}

func (c *connection) ask(line string) ([]byte, error) {
	if _, err := io.WriteString(c.stream, line+"\r\n"); err != nil {
		return nil, err
	}
	return c.read()
}

// read gives the body of a bulk string, and nothing for any other reply.
func (c *connection) read() ([]byte, error) {
	head, err := c.reader.ReadString('\n')
	if err != nil || head[0] != '$' || head == "$-1\r\n" {
		return nil, err
	}
	length, err := strconv.Atoi(strings.TrimSpace(head[1:]))
	if err != nil {
		return nil, errors.New("a bulk string without a length")
	}
	body := make([]byte, length+2)
	_, err = io.ReadFull(c.reader, body)
	return body[:length], err
}

func (c *connection) call(line string) []byte {
	for {
		err := error(nil)
		if c.stream == nil {
			err = c.connect()
		}
		if err == nil {
			reply, failed := c.ask(line)
			if failed == nil {
				return reply
			}
		}
		c.stream = nil
		time.Sleep(100 * time.Millisecond)
	}
}

func (w *worker) fetch() {
	c := &connection{}
	for {
		w.Lock()
		free := count - len(w.working)
		w.Unlock()
		if free == 0 {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		var jobs []job
		_ = json.Unmarshal(c.call(fmt.Sprintf("FETCHB %d %s", free, queue)), &jobs)
		w.Lock()
		for _, one := range jobs {
			w.working[one.Jid] = one.Lease
			say(map[string]any{"began": one.Jid, "lease": one.Lease})
		}
		w.Unlock()
	}
}

func (w *worker) hear(body []byte) {
	var heard message
	_ = json.Unmarshal(body, &heard)
	w.Lock()
	defer w.Unlock()
	for _, one := range heard.Cancel {
		if !w.told[one.Jid] {
			w.told[one.Jid] = true
			say(map[string]any{"told": one.Jid, "reason": one.Reason})
		}
	}
}

func (w *worker) beat() {
	c := &connection{}
	for {
		jobs := []job{}
		w.Lock()
		for jid, lease := range w.working {
			jobs = append(jobs, job{Jid: jid, Lease: lease})
		}
		w.Unlock()
		text, _ := json.Marshal(map[string]any{"wid": wid, "jobs": jobs})
		w.hear(c.call("BEAT " + string(text)))
		time.Sleep(time.Second)
	}
}

func (w *worker) listen() {
	for {
		c := &connection{}
		c.call("CONTROL")
		for {
			body, err := c.read()
			if err != nil {
				break
			}
			w.hear(body)
		}
	}
}

func (w *worker) finish() {
	c := &connection{}
	for {
		w.Lock()
		ending := map[string]int64{}
		for jid := range w.told {
			if lease, isWorking := w.working[jid]; isWorking && w.finishing {
				ending[jid] = lease
			}
		}
		w.Unlock()
		for jid, lease := range ending {
			say(map[string]any{"ended": jid})
			text, _ := json.Marshal(map[string]any{"jid": jid, "lease": lease})
			c.call("ACK " + string(text))
			w.Lock()
			delete(w.working, jid)
			w.Unlock()
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func main() {
	w := &worker{working: map[string]int64{}, told: map[string]bool{}}
	for _, work := range []func(){w.fetch, w.beat, w.listen, w.finish} {
		go work()
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "finish" {
			w.Lock()
			w.finishing = true
			w.Unlock()
		}
	}
}
