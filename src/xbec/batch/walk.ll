; Rows of several parts: how many each has, and a function called on those of each, block after block.
;
; Rows have a code, and codes belong to parts. CODE stands for the kind of these numbers. "table" holds, in
; order: codes by row, parts by code, and then for "count" the numbers it adds to; for "walk" how many parts there are
; and the rows of a block, a number for each part and one more, a number for each row of a block, functions by part
; (null where there is none) and the memory of each.

define i64 @part_of(i64 %row, ptr %code, ptr %part) alwaysinline {
  %at = getelementptr CODE, ptr %code, i64 %row
  %number = load CODE, ptr %at
  %place = zext CODE %number to i64
  %found = getelementptr i32, ptr %part, i64 %place
  %own = load i32, ptr %found
  %wide = zext i32 %own to i64
  ret i64 %wide
}

define void @count(i64 %start, i64 %stop, ptr %table) {
first:
  %code = load ptr, ptr %table
  %q1 = getelementptr ptr, ptr %table, i64 1
  %part = load ptr, ptr %q1
  %q2 = getelementptr ptr, ptr %table, i64 2
  %counts = load ptr, ptr %q2
  br label %one
one:
  %row = phi i64 [ %start, %first ], [ %next, %one ]
  %own = call i64 @part_of(i64 %row, ptr %code, ptr %part)
  %place = getelementptr i64, ptr %counts, i64 %own
  %before = load i64, ptr %place
  %after = add i64 %before, 1
  store i64 %after, ptr %place
  %next = add i64 %row, 1
  %more = icmp slt i64 %next, %stop
  br i1 %more, label %one, label %done
done:
  ret void
}

; The rows of each part are counted, their numbers laid end to end, and each function called on its own.
define void @walk(i64 %start, i64 %stop, ptr %table) {
first:
  %code = load ptr, ptr %table
  %q1 = getelementptr ptr, ptr %table, i64 1
  %part = load ptr, ptr %q1
  %q2 = getelementptr ptr, ptr %table, i64 2
  %size = load ptr, ptr %q2
  %many = load i64, ptr %size
  %s1 = getelementptr i64, ptr %size, i64 1
  %length = load i64, ptr %s1
  %q3 = getelementptr ptr, ptr %table, i64 3
  %ends = load ptr, ptr %q3
  %q4 = getelementptr ptr, ptr %table, i64 4
  %order = load ptr, ptr %q4
  %q5 = getelementptr ptr, ptr %table, i64 5
  %functions = load ptr, ptr %q5
  %q6 = getelementptr ptr, ptr %table, i64 6
  %places = load ptr, ptr %q6
  %after_first = getelementptr i64, ptr %ends, i64 1
  br label %block
block:
  %from = phi i64 [ %start, %first ], [ %to, %block_done ]
  %full = add i64 %from, %length
  %is_last = icmp sgt i64 %full, %stop
  %to = select i1 %is_last, i64 %stop, i64 %full
  br label %clear
clear:
  %c = phi i64 [ 0, %block ], [ %c_next, %clear ]
  %c_at = getelementptr i64, ptr %ends, i64 %c
  store i64 0, ptr %c_at
  %c_next = add i64 %c, 1
  %c_more = icmp sle i64 %c_next, %many
  br i1 %c_more, label %clear, label %count
count:
  %row = phi i64 [ %from, %clear ], [ %row_next, %count ]
  %own = call i64 @part_of(i64 %row, ptr %code, ptr %part)
  %own_at = getelementptr i64, ptr %after_first, i64 %own
  %before = load i64, ptr %own_at
  %after = add i64 %before, 1
  store i64 %after, ptr %own_at
  %row_next = add i64 %row, 1
  %row_more = icmp slt i64 %row_next, %to
  br i1 %row_more, label %count, label %sum
sum:
  %s = phi i64 [ 0, %count ], [ %s_next, %sum ]
  %run = phi i64 [ 0, %count ], [ %upto, %sum ]
  %s_at = getelementptr i64, ptr %after_first, i64 %s
  %s_count = load i64, ptr %s_at
  %s_start = getelementptr i64, ptr %ends, i64 %s
  store i64 %run, ptr %s_start
  %upto = add i64 %run, %s_count
  %s_next = add i64 %s, 1
  %s_more = icmp slt i64 %s_next, %many
  br i1 %s_more, label %sum, label %lay
lay:
  %lrow = phi i64 [ %from, %sum ], [ %lrow_next, %lay ]
  %lown = call i64 @part_of(i64 %lrow, ptr %code, ptr %part)
  %lown_at = getelementptr i64, ptr %ends, i64 %lown
  %spot = load i64, ptr %lown_at
  %spot_at = getelementptr i64, ptr %order, i64 %spot
  store i64 %lrow, ptr %spot_at
  %spot_next = add i64 %spot, 1
  store i64 %spot_next, ptr %lown_at
  %lrow_next = add i64 %lrow, 1
  %lrow_more = icmp slt i64 %lrow_next, %to
  br i1 %lrow_more, label %lay, label %each
each:
  %p = phi i64 [ 0, %lay ], [ %p_next, %each_done ]
  %begin = phi i64 [ 0, %lay ], [ %end, %each_done ]
  %end_at = getelementptr i64, ptr %ends, i64 %p
  %end = load i64, ptr %end_at
  %here = sub i64 %end, %begin
  %any = icmp sgt i64 %here, 0
  %function_at = getelementptr ptr, ptr %functions, i64 %p
  %function = load ptr, ptr %function_at
  %is_there = icmp ne ptr %function, null
  %do = and i1 %any, %is_there
  br i1 %do, label %price, label %each_done
price:
  %rows = getelementptr i64, ptr %order, i64 %begin
  %memory_at = getelementptr ptr, ptr %places, i64 %p
  %memory = load ptr, ptr %memory_at
  call void %function(ptr %rows, i64 %here, ptr %memory)
  br label %each_done
each_done:
  %p_next = add i64 %p, 1
  %p_more = icmp slt i64 %p_next, %many
  br i1 %p_more, label %each, label %block_done
block_done:
  %more = icmp slt i64 %to, %stop
  br i1 %more, label %block, label %done
done:
  ret void
}
