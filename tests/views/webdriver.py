"""As much of W3C WebDriver as the tests need, over chromedriver, with the standard library alone."""
import base64
import json
import os
import re
import subprocess
import time
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, driver, browser, profile):
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True)
        port = None
        while port is None:
            line = self.driver.stdout.readline()
            if not line:
                raise RuntimeError("chromedriver ended before it listened")
            port = re.search(r"started successfully on port (\d+)", line)
        self.base = "http://127.0.0.1:" + port.group(1)
        # The sandbox needs rights that a container lacks; what is opened here is our own page.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                     "--user-data-dir=" + profile]
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"binary": browser, "args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}}})
        self.base += "/session/" + made["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "", None)
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(path + ": " + error.read().decode()[:500]) from error

    def open(self, file):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(file)})

    def resize(self, width, height):
        # The window has a least width; what the page sees has none.
        self.devtools("Emulation.setDeviceMetricsOverride",
                      {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})

    def devtools(self, command, parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def script(self, text, *arguments):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def type(self, selector, text):
        self.call("POST", "/element/%s/value" % self.find(selector), {"text": text})

    def clear(self, selector):
        self.call("POST", "/element/%s/clear" % self.find(selector), {})

    def click(self, selector):
        self.call("POST", "/element/%s/click" % self.find(selector), {})

    def wait(self, what, holds, seconds=60):
        """Until it holds; the limit is for what never will, and measures nothing."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise RuntimeError("waited in vain: " + what)
            time.sleep(0.05)

    def picture(self, file, height):
        """The page from its top, `height` of it; of a very long page the window only, since Chromium would lay out all."""
        size = self.script("return [innerWidth, document.documentElement.scrollHeight]")
        options = {"format": "png"}
        if size[1] < 20000:
            clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], height), "scale": 1}
            options.update(captureBeyondViewport=True, clip=clip)
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.devtools("Page.captureScreenshot", options)["data"]))

    def requested(self):
        """What was asked for since the last call, and what the page was refused or complained of."""
        events = [json.loads(each["message"])["message"] for each in self.call("POST", "/se/log", {"type": "performance"})]
        urls = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
        return urls, [each["message"] for each in self.call("POST", "/se/log", {"type": "browser"})]
