"""Records what transformers makes of templates that use what the chat templates of models use."""
import json, os
from transformers.utils.chat_template_utils import render_jinja_template

M = {
    "turns": "{% for m in messages %}{{'<' + m['role'] + '>\n' + m['content'] | trim + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "indented": "{{- bos_token }}\n{%- if not date is defined %}\n    {%- set date = \"today\" %}\n{%- endif %}\n\n{#- a comment #}\n{%- if messages[0]['role'] == 'system' %}\n    {%- set system = messages[0]['content']|trim %}\n    {%- set messages = messages[1:] %}\n{%- else %}\n    {%- set system = \"\" %}\n{%- endif %}\n{{- \"[system]\\n\\n\" }}\n{{- \"Date: \" + date + \"\\n\\n\" }}\n{{- system }}\n{%- for message in messages %}\n    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}\n        {{- '[' + message['role'] + ']\\n\\n'+ message['content'] | trim + '[end]' }}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '[assistant]\\n\\n' }}\n{%- endif %}\n",
    "alternating": "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{{ ('model' if m.role == 'assistant' else m.role) + ': ' + m.content }}|{% endfor %}",
    "thinking": "{%- set ns = namespace(more=true, last=messages|length - 1) %}\n{%- for m in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if ns.more and m.role == \"user\" and not(m.content.startswith('<t>') and m.content.endswith('</t>')) %}\n        {%- set ns.more = false %}\n        {%- set ns.last = index %}\n    {%- endif %}\n{%- endfor %}\n{%- for m in messages %}\n    {%- set content = m.content %}\n    {%- set thought = '' %}\n    {%- if m.thought is defined and m.thought is not none %}\n        {%- set thought = m.thought %}\n    {%- elif '</think>' in m.content %}\n        {%- set content = m.content.split('</think>')[-1].lstrip('\\n') %}\n        {%- set thought = m.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n    {%- endif %}\n    {%- if loop.index0 > ns.last and (loop.last or thought) %}\n        {{- m.role + '(' + thought.strip('\\n') + ') ' + content }}\n    {%- else %}\n        {{- m.role + ' ' + content }}\n    {%- endif %}\n    {{- '\\n' }}\n{%- endfor %}",
    "blocks": "{% set ns = namespace(n=0) %}\n{% for m in messages %}\n    {% if m.role == 'system' %}\n        {% continue %}\n    {% endif %}\n    {% set ns.n = ns.n + 1 %}\n    {%+ if ns.n > 2 %}stop{% break %}{% endif %}\n  <{{ m.role | upper }} {{ ns.n }}{{ ' last' if loop.last }}>\n    {{ m['content'] | trim }}\n  </>\n{% else %}\nnothing\n{% endfor %}\n\n{% raw %}\n{{ raw }}\n{% endraw %}\n{% generation %}gen{% endgeneration %}\n   {{ 1 }}   \n {#- a -#}  \n {%- set x %}  in {{ 1 }} {% endset %}[{{ x }}]{% if 1 +%}\n kept{% endif %}\n",
    "macros": "{% macro twice(x, y='-') %}{{ x }}{{ y }}{{ x }}{% endmacro %}{{ twice('a') }} {{ twice(1, y='+') }} {{ twice(y=2, x=3) }}",
    "values": "{{ [1, 2.5, 'x', \"it's\", none, true, 1e20, 0.00001, -3] }} {{ {'a': 1, 'b': [none]} }} {{ {'a': 'é\"\\n', 'b': [1, 2.0, true, none], 'c': {}} | tojson }} {{ {'a': [1, {'b': 2}], 'c': []} | tojson(indent=2) }}",
    "sums": "{{ 7 // 2 }} {{ 7 / 2 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 1 ~ 'a' ~ none }} {{ 1 + 2 * 3 - 4 }} {{ 'x' * 3 }} {{ [1] + [2] }} {{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ not 1 in [1] }} {{ 2 not in [1] }} {{ none or 'd' }} {{ 1 and 2 }} {{ -2 | abs }} {{ 'b' > 'a' }}",
    "slices": "{{ 'abcdef'[1:-1:2] }} {{ 'abc'[::-1] }} {{ [1, 2, 3][-2:] }} {{ [1, 2, 3][:-5] }} {{ 'abc'[-1] }} {{ messages[0].role[0] }} {{ [1, 2, 3][5] is undefined }} {{ (1, 2)[1] }}",
    "methods": "{{ ' a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'a,b,c'.split(',', 1) }}|{{ ' a  b '.split() }}|{{ 'a-b-c'.rsplit('-', 1) }}|{{ 'AbC'.lower() }}{{ 'abc def'.title() }}{{ 'aBC'.capitalize() }}|{{ 'aXbX'.replace('X', 'y') }}|{{ 'abc'.startswith(('x', 'a')) }}|{{ {'a': 1}.get('b', 2) }}|{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}|{{ 'abcabc'.count('bc') }} {{ 'abc'.find('c') }}|{{ ', '.join(['a', 'b']) }}|{{ 'abc'.removeprefix('a') }}|{{ {'items': 3}['items'] }}",
    "filters": "{{ messages | map(attribute='role') | join(', ') }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages | rejectattr('role', 'eq', 'user') | map(attribute='content') | list }} {{ (messages | last).role }} {{ 'a,b'.split(',') | first }} {{ nothing | default('d') }} {{ '' | default('d', true) }} {{ ' x ' | trim | length }} {{ [3, 1, 2] | sort | reverse | list }} {% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %} {{ '3' | int + 1 }} {{ 'a\nb' | indent(2) }} {{ '%s and %s' | format('x', 3) }} {{ ['a', 'b', 'a'] | unique | list }} {% for k, v in {'a': 1} | items %}{{ k }}{{ v }}{% endfor %} {{ [1, 2, 3] | sum }} {{ 'x' | replace('x', 'y') | upper }} {{ [1, none, 0] | select | list }} {{ '<&>' | e }} {{ 'ab' | list }}",
    "tests": "{{ 1 is number }} {{ 'a' is string }} {{ [] is iterable }} {{ {} is mapping }} {{ 'a' is mapping }} {{ none is none }} {{ nothing is defined }} {{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ true is boolean }} {{ 1 is not none }} {{ [] is sequence }} {{ 1 is integer }} {{ 1.0 is float }} {{ 2 is in [1, 2] }} {{ false is false }} {{ messages is not string and messages is iterable }}",
    "loops": "{% for x in [1, 2, 3] %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }},{% endfor %}{% for a, b in [[1, 2], [3, 4]] if a > 1 %}{{ a + b }}{{ loop.index }}{% endfor %}{% for c in 'ab' %}{{ c }}-{% endfor %}{% for k in {'x': 1} %}{{ k }}{% endfor %}{% for i in range(2, 8, 3) %}{{ i }}{% endfor %}{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}{% if true %}{% set x = 3 %}{% endif %}{{ x }}",
    "empty": "",
    "newlines": "a\r\nb\n\n",
}
CHATS = {
    "plain": [{"role": "user", "content": " Hi there \n"}, {"role": "assistant", "content": "Hello!\nHow are you?"}, {"role": "user", "content": "Fine <b> \"q\" é 😀"}],
    "system": [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello"}],
    "think": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "<think>\nadd\n</think>\n\n2"}, {"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "<think>\nadd more\n</think>\n\n4", "thought": None}],
}
cases = []
for name, template in M.items():
    for chat, messages in CHATS.items():
        for generation in (False, True) if name in ("turns", "indented") else (False,):
            try:
                text, error = render_jinja_template([json.loads(json.dumps(messages))], chat_template=template, add_generation_prompt=generation, bos_token="<s>", eos_token="</s>")[0][0], None
            except Exception as e:
                text, error = None, str(e)
            cases.append(dict(name=f"{name} {chat} {generation}", template=template, messages=messages, generation=generation, text=text, error=error))
json.dump(cases, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rendered.json"), "w"), ensure_ascii=False, indent=0)
for c in cases:
    if c["error"]: print(c["name"], c["error"])
