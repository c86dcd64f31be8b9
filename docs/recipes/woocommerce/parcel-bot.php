<?php
/**
 * Plugin Name: Parcel bot
 * Description: Tells the parcel bot of orders with an AliExpress number; customers find their tracking page in emails.
 * Version: 1.0
 * Requires Plugins: woocommerce
 *
 * In wp-config.php:
 *   define('PARCELS_URL', 'https://parcels.example.com');
 *   define('PARCELS_KEY', 'pk_…');
 *   define('PARCELS_FIELD', 'aliexpress_order_id');  // the order's field with its AliExpress numbers
 */

defined('ABSPATH') || exit;

add_action('woocommerce_update_order', 'parcels_send_order');
add_action('woocommerce_email_after_order_table', 'parcels_show_page', 10, 3);

/** Send the order when its AliExpress numbers are new or have changed. */
function parcels_send_order($order_id)
{
    $order = wc_get_order($order_id);
    $numbers = $order ? trim((string) $order->get_meta(PARCELS_FIELD)) : '';
    if ($numbers === '' || $numbers === $order->get_meta('_parcels_sent')) {
        return;
    }
    $items = array_values($order->get_items());
    $body = wp_json_encode([
        'aliexpress_orders' => $numbers,
        'shop_order' => '#' . $order->get_order_number(),
        'name' => $items ? mb_substr($items[0]->get_name(), 0, 64) : '',
        'language' => get_locale(),
    ]);
    $answer = wp_remote_post(PARCELS_URL . '/api/v1/orders', [
        'timeout' => 15,
        'headers' => [
            'Authorization' => 'Bearer ' . PARCELS_KEY,
            'Content-Type' => 'application/json',
            'Idempotency-Key' => hash('sha256', $order_id . $body),
        ],
        'body' => $body,
    ]);
    $status = is_wp_error($answer) ? 0 : (int) wp_remote_retrieve_response_code($answer);
    if ($status === 200) {
        $rows = json_decode(wp_remote_retrieve_body($answer), true)['orders'];
        $order->update_meta_data('_parcels_page', $rows[0]['page'] ?? $rows[0]['claim_link'] ?? '');
    } elseif ($status === 0 || $status === 429 || $status >= 500) {
        return;  // it is sent when the order changes next
    } else {
        $problem = json_decode(wp_remote_retrieve_body($answer), true);
        $order->add_order_note('Parcel bot: ' . ($problem['errors'][0]['detail'] ?? $problem['detail'] ?? $status));
    }
    $order->update_meta_data('_parcels_sent', $numbers);
    $order->save();
}

/** Show the tracking page in the customer's emails. */
function parcels_show_page($order, $sent_to_admin = false, $plain_text = false)
{
    $page = $order->get_meta('_parcels_page');
    if ($sent_to_admin || !$page) {
        return;
    }
    if ($plain_text) {
        echo "\nTrack your parcel: $page\n";
        return;
    }
    printf('<p><a href="%s">Track your parcel</a></p>', esc_url($page));
}
